/**
 * One living actor: its beginning, its instances, its end. C1 to C3 are kept by its turns.
 *
 * C4  Every instance whose `start` has finished ends in this order: its running turns, its children, its `stop`.
 * C5  A failure is decided on once, and only while the instance that failed is the actor.
 */
import type { Actor } from './actor.ts'
import { ActorError } from './actor-error.ts'
import type { ActorRef } from './actor-ref.ts'
import { CellContext } from './cell-context.ts'
import type { Timer } from './clock.ts'
import type { Notice } from './death-watch.ts'
import type { Envelope } from './envelope.ts'
import { Kin } from './kin.ts'
import type { LivingActors } from './living-actors.ts'
import { Signals } from './signals.ts'
import { supervise } from './supervise.ts'
import type { Termination } from './terminated.ts'
import type { Timers } from './timers.ts'
import { Turns, type TurnsInit } from './turns.ts'

export interface CellComponents<M> {
  readonly actor: Actor<M>
  readonly self: ActorRef<M>
  readonly living: LivingActors
  readonly kin: Kin | undefined
}

/** What belongs to no message. */
const NO_MESSAGE = { message: undefined }

type State = 'starting' | 'live' | 'restarting' | 'stopping' | 'stopped'

/** Idle actors are many: what only some of them need is undefined until they do. */
export class ActorCell<M> {
  readonly self: ActorRef<M>
  readonly living: LivingActors
  readonly #turns: Turns<M>
  #actor: Actor<M>
  #kin: Kin | undefined
  #signals: Signals | undefined
  /** Until it has started, for the first time or again. */
  #starting: Promise<void> | undefined
  #state: State = 'starting'
  #stopped: Promise<void> | undefined

  constructor({ actor, self, living, kin }: CellComponents<M>, init: TurnsInit) {
    this.self = self
    this.living = living
    this.#turns = new Turns(this, init)
    this.#actor = actor
    this.#kin = kin
  }

  /** The instance that lives now. */
  get actor(): Actor<M> {
    return this.#actor
  }

  get parent(): ActorCell<unknown> | undefined {
    return this.#kin?.parent
  }

  get kin(): Kin | undefined {
    return this.#kin
  }

  /** Whether this instance has been told to end, or has ended. */
  get isEnding(): boolean {
    return this.#state !== 'starting' && this.#state !== 'live'
  }

  /** Whether the actor may handle messages now. */
  get isLive(): boolean {
    return this.#state === 'live'
  }

  /** Whether the actor takes no more messages. */
  get isGone(): boolean {
    return this.#state === 'stopping' || this.#state === 'stopped'
  }

  /** Whether the actor lives and has nothing to do. */
  get isAtRest(): boolean {
    if (!this.isLive || !this.#turns.areOver) return false
    return (this.#kin?.isAlone ?? true) && !this.living.deathWatch.hasWatches(this as ActorCell<unknown>)
  }

  /** Whether the actor can be told of the end of another. */
  get hears(): boolean {
    return this.#actor.terminated !== undefined
  }

  /** Aborted once this instance is to end. */
  get signals(): Signals {
    this.#signals ??= new Signals()
    if (this.isEnding) this.#signals.abort()
    return this.#signals
  }

  /**
   * Resolves once `start` has finished; rejects with what it threw, and then the actor never lived.
   * @param after what has to end first.
   */
  async start(after?: Promise<void>): Promise<void> {
    this.#starting = after ? this.#startAfter(after) : this.#start()
    try {
      await this.#starting
    } catch (error) {
      const ended = this.#endOnce(() => this.#end(false, { kind: 'failed', error }))
      this.#turns.refuseWaiting(error)
      await ended
      throw error
    }
  }

  /** Accepts a message, or throws `MailboxFull` or `ActorStopped` before anything ran. */
  post(envelope: Envelope<M>): void {
    this.#turns.accept(envelope)
  }

  adopt(child: ActorCell<unknown>): void {
    this.#ownKin().adopt(child)
  }

  disown(child: ActorCell<unknown>): void {
    this.#kin?.forget(child)
  }

  /** A child gives up: this actor is treated as if it had thrown `error` itself. */
  childFailed(error: unknown): void {
    if (this.#state !== 'starting' || !this.#starting) this.failed(error)
    else
      this.#starting.then(
        () => this.failed(error),
        () => undefined // and so did its parent
      )
  }

  /** Has the actor handle a message later, if this instance still lives then. */
  after(ms: number, message: M): Timer {
    if (this.isEnding) return { cancel: () => undefined } // T2 of timers.ts
    const timers = this.#ownKin().timers({ clock: this.living.clock, owner: this.self.name }) as Timers<M>
    return timers.arm(ms, message, (envelope) => this.#turns.ring(envelope))
  }

  /** An actor that this one watches has ended. */
  notify(notice: Notice): void {
    this.#turns.notify(notice)
  }

  /** This instance has thrown. */
  failed(error: unknown): void {
    if (this.#state === 'live') supervise(this as ActorCell<unknown>, error, true) // C5
  }

  /** Refuses what waits, lets what runs finish, then ends the children and the actor. The same promise for every caller. */
  stop(reason: Termination = { kind: 'stopped' }): Promise<void> {
    return this.#endOnce(() => this.#stop(reason))
  }

  /** Has a new instance take over after a pause. @param lived whether the old one has started. */
  restart(pauseMs: number, lived: boolean): void {
    this.#state = 'restarting'
    this.#starting = this.#replace(pauseMs, lived)
    this.#starting.catch((error) => this.#unstarted(error))
  }

  /** Begins a little later: whoever hears of it on the way may tell the actor to stop, too. */
  #endOnce(end: () => Promise<void>): Promise<void> {
    this.#state = this.#state === 'stopped' ? 'stopped' : 'stopping'
    this.#stopped ??= Promise.resolve().then(end)
    return this.#stopped
  }

  #ownKin(): Kin {
    this.#kin ??= new Kin({})
    return this.#kin
  }

  async #startAfter(end: Promise<void>): Promise<void> {
    await end
    if (this.#state !== 'starting') throw new ActorError('ActorStopped', this.self.name)
    await this.#start()
  }

  async #start(): Promise<void> {
    await this.#actor.start?.(new CellContext(this as ActorCell<unknown>, NO_MESSAGE))
    this.#starting = undefined
    if (this.#state !== 'starting') return
    this.#state = 'live'
    this.#turns.pump()
  }

  async #stop(reason: Termination): Promise<void> {
    this.#kin?.endTimers()
    this.#turns.refuseWaiting()
    this.#kin?.pause?.end()
    const lived = await (this.#starting ?? Promise.resolve()).then(
      () => true,
      () => false // whoever spawned the actor has the error
    )
    await this.#end(lived, reason)
  }

  async #end(lived: boolean, reason: Termination): Promise<void> {
    await this.#endInstance(lived)
    this.#state = 'stopped'
    this.parent?.disown(this as ActorCell<unknown>)
    this.living.ended(this as ActorCell<unknown>, reason)
  }

  /** @param lived whether its `start` has finished (C4). */
  async #endInstance(lived: boolean): Promise<void> {
    this.#kin?.endTimers()
    this.#signals?.abort()
    await this.#turns.finished()
    this.living.deathWatch.forget(this as ActorCell<unknown>)
    await this.#kin?.endChildren()
    if (!lived) return
    try {
      await this.#actor.stop?.()
    } catch (error) {
      this.living.failed(this.self.name, error)
    }
  }

  async #replace(pauseMs: number, lived: boolean): Promise<void> {
    await this.#endInstance(lived)
    if (this.#state === 'restarting') await this.#kin?.sleep(this.living.clock, pauseMs)
    if (this.#state !== 'restarting') throw new ActorError('ActorStopped', this.self.name)
    this.#state = 'starting'
    this.#signals = undefined
    this.#actor = this.#kin?.make?.() ?? this.#actor
    await this.#start()
  }

  /** A new instance does not live: it was told to stop, or its `start` threw, which counts as a failure. */
  #unstarted(error: unknown): void {
    if (this.#state !== 'starting') return
    this.living.failed(this.self.name, error)
    supervise(this as ActorCell<unknown>, error, false)
  }
}
