import type { Actor } from './actor.ts'
import { ActorCell } from './actor-cell.ts'
import { ActorError } from './actor-error.ts'
import type { ActorRef } from './actor-ref.ts'
import type { Beyond } from './beyond.ts'
import type { Clock } from './clock.ts'
import { DeathWatch } from './death-watch.ts'
import type { Envelope } from './envelope.ts'
import { EventStream } from './event-stream.ts'
import { Kin } from './kin.ts'
import type { Activation, DeclaredKinds } from './kind.ts'
import { LocalRef } from './local-ref.ts'
import type { SpawnOptions } from './spawn-options.ts'
import type { Termination } from './terminated.ts'

export interface LivingActorsComponents {
  readonly clock: Clock
  /** A number from 0 up to 1, as `Math.random`. */
  readonly random: () => number
  readonly kinds: DeclaredKinds
  readonly beyond: Beyond | undefined
  /** Told of what nobody waits for. */
  readonly failed: (name: string, error: unknown) => void
}

export interface LivingActorsInit {
  /** Whether messages are frozen. */
  readonly freezes: boolean
}

/** How an actor is spawned, and by whom; below the root when by none. */
interface Origin {
  readonly options?: SpawnOptions | undefined
  readonly parent?: ActorCell<unknown> | undefined
}

type Source<M, R> = Actor<M, R> | (() => Actor<M, R>)

/** The actors of one process by name, and what each of them needs from its system. */
export class LivingActors {
  readonly clock: Clock
  readonly random: () => number
  readonly failed: LivingActorsComponents['failed']
  readonly freezes: boolean
  readonly deathWatch = new DeathWatch()
  readonly events: EventStream
  readonly #kinds: DeclaredKinds
  readonly #beyond: Beyond | undefined
  readonly #cells = new Map<string, ActorCell<unknown>>()
  #isClosed = false

  constructor({ clock, random, kinds, beyond, failed }: LivingActorsComponents, { freezes }: LivingActorsInit) {
    this.clock = clock
    this.random = random
    this.failed = failed
    this.freezes = freezes
    this.events = new EventStream({ failed })
    this.#kinds = kinds
    this.#beyond = beyond
  }

  get size(): number {
    return this.#cells.size
  }

  get(name: string): ActorCell<unknown> | undefined {
    return this.#cells.get(name)
  }

  /** @throws ActorError `ActorNotFound`. */
  actorOf<M, R>(name: string): ActorRef<M, R> {
    const cell = this.#cells.get(name)
    if (!cell) throw new ActorError('ActorNotFound', name)
    return cell.self as ActorRef<M, R>
  }

  /** @throws ActorError `ActorKindUnknown`. */
  getOrActivate<M, R>(kind: string, id: string): ActorRef<M, R> {
    return new LocalRef(`${kind}/${id}`, this, this.#kinds.activation(kind, id))
  }

  /** Whoever is called so, here or beyond. */
  refTo<M, R>(name: string): ActorRef<M, R> {
    const here = this.#cells.get(name)?.self as ActorRef<M, R> | undefined
    return this.#beyondOf(name)?.refTo<M, R>(name) ?? here ?? new LocalRef<M, R>(name, this)
  }

  /** Finds an actor that lives, here or beyond. Rejects with `ActorNotFound`. */
  async find<M, R>(name: string): Promise<ActorRef<M, R>> {
    return this.#beyondOf(name)?.actorOf<M, R>(name) ?? this.actorOf<M, R>(name)
  }

  /** As {@link getOrActivate}, here or beyond. */
  findOrActivate<M, R>(kind: string, id: string): ActorRef<M, R> {
    const beyond = this.#beyondOf(`${kind}/${id}`)
    return beyond ? beyond.getOrActivate(kind, id) : this.getOrActivate(kind, id)
  }

  /** Hands a message to the actor named. @throws ActorError `MailboxFull`, `ActorStopped`. */
  post(name: string, envelope: Envelope<unknown>): void {
    const cell = this.#cells.get(name)
    if (!cell) throw this.refused(envelope, new ActorError('ActorStopped', name), name)
    cell.post(envelope)
  }

  /** As {@link post}, to an actor that comes to life by `activation` when it does not live. */
  send(name: string, envelope: Envelope<unknown>, activation: Activation | undefined): void {
    if (activation && !this.#isClosed) this.#ensure(name, activation)
    this.post(name, envelope)
  }

  /** Nobody will handle this message: its asker is told so, and a tell is a dead letter. */
  refused({ message, settle }: Envelope<unknown>, error: ActorError, name: string): ActorError {
    if (!settle) this.events.publish({ kind: 'deadLetter', name, message, reason: error.code })
    return error
  }

  /** Creates an actor. Rejects as {@link Spawn} says. */
  async spawn<M, R>(name: string, source: Source<M, R>, origin: Origin): Promise<ActorRef<M, R>> {
    if (this.#isClosed || origin.parent?.isEnding) throw new ActorError('ActorStopped', name)
    if (this.#cells.has(name)) throw new ActorError('NameTaken', name)
    const self = new LocalRef<M, R>(name, this)
    await this.#place(self, source, origin).start()
    return self
  }

  watch(watcher: ActorCell<unknown>, name: string): void {
    const beyond = this.#beyondOf(name)
    if (beyond) this.deathWatch.watchBeyond(watcher, name, beyond)
    else this.deathWatch.watch(watcher, name, this.#cells.has(name))
  }

  /** The actor is gone; its name is free, unless a successor has it. */
  ended(cell: ActorCell<unknown>, reason: Termination): void {
    const { name } = cell.self
    if (this.#cells.get(name) === cell) this.#cells.delete(name)
    this.deathWatch.ended(name, reason)
    this.events.publish({ kind: 'terminated', name, reason })
  }

  /** Ends every actor, children before their parents, and takes no new ones. */
  async close(): Promise<void> {
    this.#isClosed = true
    const topmost = [...this.#cells.values()].filter(({ parent }) => parent === undefined)
    await Promise.all(topmost.map((cell) => cell.stop()))
  }

  #beyondOf(name: string): Beyond | undefined {
    return this.#beyond?.covers(name) ? this.#beyond : undefined
  }

  #place<M, R>(self: ActorRef<M, R>, source: Source<M, R>, { options = {}, parent }: Origin): ActorCell<unknown> {
    const make = typeof source === 'function' ? source : undefined
    const kin = kinOf(options, make as (() => Actor<unknown>) | undefined, parent)
    const actor = typeof source === 'function' ? source() : source
    const cell = new ActorCell<M>(
      { actor, self, living: this, kin },
      { mailbox: options.mailbox ?? 256, interleave: options.interleave ?? 1 }
    ) as ActorCell<unknown>
    parent?.adopt(cell)
    this.#cells.set(self.name, cell)
    return cell
  }

  /** Activates an actor that does not live. One that is on its way out ends first, and messages wait for its successor. */
  #ensure(name: string, activation: Activation): void {
    const cell = this.#cells.get(name)
    if (cell && !cell.isGone) return
    const { make, options } = activation
    const successor = this.#place(new LocalRef<unknown, unknown>(name, this, activation), make, { options })
    successor.start(cell?.stop()).catch((error) => this.failed(name, error))
  }
}

function kinOf(
  { supervision }: SpawnOptions,
  make: (() => Actor<unknown>) | undefined,
  parent: ActorCell<unknown> | undefined
): Kin | undefined {
  return parent || supervision ? new Kin({ parent, supervision, make }) : undefined
}
