import type { Actor } from './actor.ts'
import { ActorCell } from './actor-cell.ts'
import { ActorError } from './actor-error.ts'
import type { ActorRef } from './actor-ref.ts'
import type { Clock } from './clock.ts'
import { DeathWatch } from './death-watch.ts'
import type { Envelope } from './envelope.ts'
import { EventStream } from './event-stream.ts'
import { Kin } from './kin.ts'
import { LocalRef } from './local-ref.ts'
import type { SpawnOptions } from './spawn-options.ts'
import type { Termination } from './terminated.ts'

export interface LivingActorsComponents {
  readonly clock: Clock
  /** A number from 0 up to 1, as `Math.random`. */
  readonly random: () => number
  /** Told of what nobody waits for. */
  readonly failed: (name: string, error: unknown) => void
}

/** The actors of one process by name, and what each of them needs from its system. */
export class LivingActors {
  readonly clock: Clock
  readonly random: () => number
  readonly failed: LivingActorsComponents['failed']
  readonly deathWatch = new DeathWatch()
  readonly events: EventStream
  readonly #cells = new Map<string, ActorCell<unknown>>()
  #isClosed = false

  constructor({ clock, random, failed }: LivingActorsComponents) {
    this.clock = clock
    this.random = random
    this.failed = failed
    this.events = new EventStream({ failed })
  }

  get size(): number {
    return this.#cells.size
  }

  get(name: string): ActorCell<unknown> | undefined {
    return this.#cells.get(name)
  }

  /** Hands a message to the actor named. @throws ActorError `MailboxFull`, `ActorStopped`. */
  post(name: string, envelope: Envelope<unknown>): void {
    const cell = this.#cells.get(name)
    if (!cell) throw this.refused(envelope, new ActorError('ActorStopped', name), name)
    cell.post(envelope)
  }

  /** Nobody will handle this message: its asker is told so, and a tell is a dead letter. */
  refused({ message, settle }: Envelope<unknown>, error: ActorError, name: string): ActorError {
    if (!settle) this.events.publish({ kind: 'deadLetter', name, message, reason: error.code })
    return error
  }

  /** Creates an actor below `parent`, else below the root. Rejects as {@link Spawn} says. */
  async spawn<M, R>(
    name: string,
    source: Actor<M, R> | (() => Actor<M, R>),
    { options = {}, parent }: { readonly options?: SpawnOptions | undefined; readonly parent?: ActorCell<unknown> }
  ): Promise<ActorRef<M, R>> {
    if (this.#isClosed || parent?.isEnding) throw new ActorError('ActorStopped', name)
    if (this.#cells.has(name)) throw new ActorError('NameTaken', name)
    const self = new LocalRef<M, R>(name, this)
    const make = typeof source === 'function' ? source : undefined
    const kin = kinOf(options, make as (() => Actor<unknown>) | undefined, parent)
    const actor = typeof source === 'function' ? source() : source
    const cell = new ActorCell<M>(
      { actor, self, living: this, kin },
      { mailbox: options.mailbox ?? 256, interleave: options.interleave ?? 1 }
    ) as ActorCell<unknown>
    parent?.adopt(cell)
    this.#cells.set(name, cell)
    await cell.start()
    return self
  }

  watch(watcher: ActorCell<unknown>, name: string): void {
    this.deathWatch.watch(watcher, name, this.#cells.has(name))
  }

  /** The actor is gone; its name is free. */
  ended({ self }: ActorCell<unknown>, reason: Termination): void {
    this.#cells.delete(self.name)
    this.deathWatch.ended(self.name, reason)
    this.events.publish({ kind: 'terminated', name: self.name, reason })
  }

  /** Ends every actor, children before their parents, and takes no new ones. */
  async close(): Promise<void> {
    this.#isClosed = true
    const topmost = [...this.#cells.values()].filter(({ parent }) => parent === undefined)
    await Promise.all(topmost.map((cell) => cell.stop()))
  }
}

function kinOf(
  { supervision }: SpawnOptions,
  make: (() => Actor<unknown>) | undefined,
  parent: ActorCell<unknown> | undefined
): Kin | undefined {
  return parent || supervision ? new Kin({ parent, supervision, make }) : undefined
}
