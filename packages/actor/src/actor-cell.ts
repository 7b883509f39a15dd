/**
 * One living actor: its mailbox, its turn, its end.
 *
 * C1  At most `interleave` messages are in the actor's hands at once; the rest wait in order.
 * C2  Nothing is handled before `start` has finished, after the actor was told to stop, or between two instances.
 * C3  Every message that was accepted and never handled is refused with `ActorStopped`, none is dropped in silence.
 * C4  Every instance whose `start` has finished ends in this order: its running turns, its children, its `stop`.
 * C5  A failure is decided on once, and only while the instance that failed is the actor.
 */
import type { Actor } from './actor.ts'
import { ActorError, type ActorErrorCode } from './actor-error.ts'
import type { ActorRef } from './actor-ref.ts'
import { CellContext } from './cell-context.ts'
import type { Timer } from './clock.ts'
import { Notice } from './death-watch.ts'
import type { Envelope } from './envelope.ts'
import { Kin } from './kin.ts'
import type { LivingActors } from './living-actors.ts'
import { Mailbox } from './mailbox.ts'
import { supervise } from './supervise.ts'
import type { Termination } from './terminated.ts'
import type { Timers } from './timers.ts'

export interface CellComponents<M> {
  readonly actor: Actor<M>
  readonly self: ActorRef<M>
  readonly living: LivingActors
  readonly kin: Kin | undefined
}

export interface CellInit {
  readonly mailbox: number
  readonly interleave: number
}

type State = 'starting' | 'live' | 'restarting' | 'stopping' | 'stopped'

/** Idle actors are many: what only some of them need is undefined until they do. */
export class ActorCell<M> {
  readonly self: ActorRef<M>
  readonly living: LivingActors
  readonly #interleave: number
  readonly #mailbox: Mailbox<Envelope<M> | Notice>
  #actor: Actor<M>
  #kin: Kin | undefined
  /** A signal takes more memory than the rest of the cell. */
  #abort: AbortController | undefined
  /** Until it has started, for the first time or again. */
  #starting: Promise<void> | undefined
  #state: State = 'starting'
  #running = 0
  #pumping = false
  #stopped: Promise<void> | undefined
  /** Resolves what waits for the running turns. */
  #idle: (() => void) | undefined

  constructor({ actor, self, living, kin }: CellComponents<M>, init: CellInit) {
    this.self = self
    this.living = living
    this.#interleave = init.interleave
    this.#mailbox = new Mailbox(init.mailbox)
    this.#actor = actor
    this.#kin = kin
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

  /** Whether the actor can be told of the end of another. */
  get hears(): boolean {
    return this.#actor.terminated !== undefined
  }

  /** Aborted once this instance is to end. */
  get signal(): AbortSignal {
    this.#abort ??= new AbortController()
    if (this.isEnding) this.#abort.abort()
    return this.#abort.signal
  }

  /** Resolves once `start` has finished; rejects with what it threw, and then the actor never lived. */
  async start(): Promise<void> {
    this.#starting = this.#start()
    try {
      await this.#starting
    } catch (error) {
      this.#refuseWaiting(error)
      this.#stopped ??= this.#end(false, { kind: 'failed', error })
      await this.#stopped
      throw error
    }
  }

  /** Accepts a message, or throws `MailboxFull` or `ActorStopped` before anything ran. */
  post(envelope: Envelope<M>): void {
    if (this.#state === 'live' && this.#running < this.#interleave && this.#mailbox.isEmpty) {
      this.#handle(envelope)
    } else if (this.#state === 'stopping' || this.#state === 'stopped') {
      throw this.#refused(envelope, this.#error('ActorStopped'))
    } else if (!this.#mailbox.offer(envelope)) {
      throw this.#refused(envelope, this.#error('MailboxFull'))
    }
  }

  adopt(child: ActorCell<unknown>): void {
    this.#ownKin().adopt(child)
  }

  disown(child: ActorCell<unknown>): void {
    this.#kin?.forget(child)
  }

  /** A child gives up: this actor is treated as if it had thrown `error` itself. */
  childFailed(error: unknown): void {
    if (this.#state !== 'starting' || !this.#starting) this.#failed(error)
    else
      this.#starting.then(
        () => this.#failed(error),
        () => undefined // and so did its parent
      )
  }

  /** Has the actor handle a message later, if this instance still lives then. */
  after(ms: number, message: M): Timer {
    if (this.isEnding) return { cancel: () => undefined } // T2 of timers.ts
    const timers = this.#ownKin().timers(this.living.clock) as Timers<M>
    return timers.arm(ms, message, (envelope) => this.#ring(envelope))
  }

  /** An actor that this one watches has ended; not told within the turn of whoever ended it. */
  notify(notice: Notice): void {
    this.#mailbox.urge(notice)
    queueMicrotask(() => this.#pump())
  }

  /** Refuses what waits, lets what runs finish, then ends the children and the actor. The same promise for every caller. */
  stop(reason: Termination = { kind: 'stopped' }): Promise<void> {
    this.#stopped ??= this.#stop(reason)
    return this.#stopped
  }

  /** Has a new instance take over after a pause. @param lived whether the old one has started. */
  restart(pauseMs: number, lived: boolean): void {
    this.#state = 'restarting'
    this.#starting = this.#replace(pauseMs, lived)
    this.#starting.catch((error) => this.#unstarted(error))
  }

  #ownKin(): Kin {
    this.#kin ??= new Kin({})
    return this.#kin
  }

  async #start(): Promise<void> {
    await this.#actor.start?.(new CellContext(this as ActorCell<unknown>, undefined))
    this.#starting = undefined
    if (this.#state !== 'starting') return
    this.#state = 'live'
    this.#pump()
  }

  async #stop(reason: Termination): Promise<void> {
    this.#state = 'stopping'
    this.#kin?.endTimers()
    this.#refuseWaiting(undefined)
    this.#kin?.pause?.end()
    const lived = await (this.#starting ?? Promise.resolve()).then(
      () => true,
      () => false // whoever spawned the actor has the error
    )
    await this.#end(lived, reason)
  }

  async #end(lived: boolean, reason: Termination): Promise<void> {
    this.#state = 'stopping'
    await this.#endInstance(lived)
    this.#state = 'stopped'
    this.parent?.disown(this as ActorCell<unknown>)
    this.living.ended(this as ActorCell<unknown>, reason)
  }

  /** @param lived whether its `start` has finished (C4). */
  async #endInstance(lived: boolean): Promise<void> {
    this.#kin?.endTimers()
    this.#abort?.abort()
    if (this.#running > 0) await new Promise<void>((resolve) => (this.#idle = resolve))
    this.living.deathWatch.forget(this as ActorCell<unknown>)
    await this.#kin?.endChildren()
    if (!lived) return
    try {
      await this.#actor.stop?.()
    } catch (error) {
      this.living.failed(this.self.name, error)
    }
  }

  #pump(): void {
    if (this.#pumping) return
    this.#pumping = true
    while (this.#state === 'live' && this.#running < this.#interleave) {
      const next = this.#take()
      if (next === undefined) break
      if (next instanceof Notice) this.#hear(next)
      else this.#handle(next)
    }
    this.#pumping = false
  }

  /** What is due; what has waited for too long to count is gone. */
  #take(): Envelope<M> | Notice | undefined {
    let next = this.#mailbox.take()
    while (next?.take?.() === false) next = this.#mailbox.take()
    return next
  }

  /** What comes of a timer has no sender to be told that there is no room. */
  #ring(envelope: Envelope<M>): void {
    if (this.#mailbox.offer(envelope)) this.#pump()
    else if (envelope.take?.()) this.#reject(envelope, this.#refused(envelope, this.#error('MailboxFull')))
  }

  #hear({ terminated }: Notice): void {
    this.#running++ // C1
    const context = new CellContext(this as ActorCell<unknown>, undefined)
    const hear = async () => this.#actor.terminated?.(terminated, context)
    this.#outcome({ message: terminated }, hear())
  }

  #handle(envelope: Envelope<M>): void {
    this.#running++ // C1
    let answer: unknown
    try {
      answer = this.#actor.receive(envelope.message, new CellContext(this as ActorCell<unknown>, envelope.deadline))
    } catch (error) {
      this.#threw(envelope, error)
      return
    }
    this.#outcome(envelope, answer)
  }

  #outcome(envelope: Envelope<unknown>, answer: unknown): void {
    if (answer instanceof Promise) {
      answer.then(
        (value) => this.#answered(envelope, value),
        (error) => this.#threw(envelope, error)
      )
    } else {
      this.#answered(envelope, answer)
    }
  }

  #answered(envelope: Envelope<unknown>, answer: unknown): void {
    envelope.settle?.resolve(answer)
    this.#finished()
  }

  #threw(envelope: Envelope<unknown>, error: unknown): void {
    this.#reject(envelope, error)
    this.#failed(error)
    this.#finished()
  }

  #finished(): void {
    this.#running--
    if (this.#state === 'live') this.#pump()
    else if (this.#running === 0) this.#idle?.()
  }

  #failed(error: unknown): void {
    if (this.#state === 'live') supervise(this as ActorCell<unknown>, error, true) // C5
  }

  async #replace(pauseMs: number, lived: boolean): Promise<void> {
    await this.#endInstance(lived)
    if (this.#state === 'restarting') await this.#kin?.sleep(this.living.clock, pauseMs)
    if (this.#state !== 'restarting') throw this.#error('ActorStopped')
    this.#state = 'starting'
    this.#abort = undefined
    this.#actor = this.#kin?.make?.() ?? this.#actor
    await this.#start()
  }

  /** A new instance does not live: it was told to stop, or its `start` threw, which counts as a failure. */
  #unstarted(error: unknown): void {
    if (this.#state !== 'starting') return
    this.living.failed(this.self.name, error)
    supervise(this as ActorCell<unknown>, error, false)
  }

  #reject(envelope: Envelope<unknown>, error: unknown): void {
    if (envelope.settle) envelope.settle.reject(error)
    else this.living.failed(this.self.name, error)
  }

  #refuseWaiting(cause: unknown): void {
    const error = this.#error('ActorStopped', cause) // C3
    for (let next = this.#take(); next; next = this.#take()) {
      if (!(next instanceof Notice)) this.#reject(next, this.#refused(next, error))
    }
  }

  #refused(envelope: Envelope<M>, error: ActorError): ActorError {
    return this.living.refused(envelope, error, this.self.name)
  }

  #error(code: ActorErrorCode, cause?: unknown): ActorError {
    return new ActorError(code, this.self.name, cause === undefined ? undefined : { cause })
  }
}
