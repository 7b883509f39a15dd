/**
 * One living actor: its mailbox, its turn, its end.
 *
 * C1  At most `interleave` messages are in the actor's hands at once; the rest wait in order.
 * C2  Nothing is handled before `start` has finished or after the actor was told to stop.
 * C3  Every message that was accepted and never handled is refused with `ActorStopped`, none is dropped in silence.
 */
import type { Actor } from './actor.ts'
import type { ActorContext } from './actor-context.ts'
import { ActorError } from './actor-error.ts'
import type { ActorRef } from './actor-ref.ts'
import { Mailbox } from './mailbox.ts'

/** A message and where its outcome goes; a tell has no `settle`. */
export interface Envelope<M> {
  readonly message: M
  readonly deadline?: number | undefined
  readonly settle?: Settle
}

export interface Settle {
  resolve(answer: unknown): void
  reject(error: unknown): void
}

export interface CellComponents<M> {
  readonly actor: Actor<M>
  readonly self: ActorRef<M>
  /** Told of what a tell, a start or a stop threw. */
  readonly failed: (name: string, error: unknown) => void
}

export interface CellInit {
  readonly mailbox: number
  readonly interleave: number
}

type State = 'starting' | 'live' | 'stopping' | 'stopped'

export class ActorCell<M> {
  readonly #components: CellComponents<M>
  readonly #interleave: number
  readonly #mailbox: Mailbox<Envelope<M>>
  readonly #abort = new AbortController()
  /** Until it has started: idle actors are many, and a promise takes memory. */
  #starting: Promise<void> | undefined
  #state: State = 'starting'
  #running = 0
  #pumping = false
  #stopped: Promise<void> | undefined
  #idle: (() => void) | undefined

  constructor(components: CellComponents<M>, init: CellInit) {
    this.#components = components
    this.#interleave = init.interleave
    this.#mailbox = new Mailbox(init.mailbox)
    this.#starting = this.#start()
  }

  get self(): ActorRef<M> {
    return this.#components.self
  }

  /** Resolves once `start` has finished; rejects with what it threw. */
  get started(): Promise<void> {
    return this.#starting ?? Promise.resolve()
  }

  /** Messages waiting or being handled. */
  get load(): number {
    return this.#mailbox.size + this.#running
  }

  /** Accepts a message, or throws `MailboxFull` or `ActorStopped` before anything ran. */
  post(envelope: Envelope<M>): void {
    if (this.#state === 'stopping' || this.#state === 'stopped') throw this.#refusal('ActorStopped')
    if (this.#state === 'live' && this.#running < this.#interleave && this.#mailbox.size === 0) {
      this.#handle(envelope)
    } else if (!this.#mailbox.offer(envelope)) {
      throw this.#refusal('MailboxFull')
    }
  }

  /** Refuses what waits, lets what runs finish, then stops the actor. The same promise for every caller. */
  stop(): Promise<void> {
    this.#stopped ??= this.#stop()
    return this.#stopped
  }

  async #start(): Promise<void> {
    try {
      await this.#components.actor.start?.(this.#context(undefined))
    } catch (error) {
      this.#state = 'stopped' // C2
      this.#refuseWaiting(error)
      throw error
    }
    this.#starting = undefined
    if (this.#state !== 'starting') return
    this.#state = 'live'
    this.#pump()
  }

  async #stop(): Promise<void> {
    const lived = await this.#endStart()
    this.#abort.abort()
    if (this.#running > 0) await new Promise<void>((resolve) => (this.#idle = resolve))
    try {
      if (lived) await this.#components.actor.stop?.()
    } catch (error) {
      this.#components.failed(this.self.name, error)
    }
    this.#state = 'stopped'
  }

  /** Refuses what waits; whether the actor ever lived. */
  async #endStart(): Promise<boolean> {
    if (this.#state === 'stopped') return false
    this.#state = 'stopping'
    this.#refuseWaiting(undefined)
    return this.started.then(
      () => true,
      () => false // whoever spawned the actor has the error
    )
  }

  #pump(): void {
    if (this.#pumping) return
    this.#pumping = true
    while (this.#state === 'live' && this.#running < this.#interleave) {
      const envelope = this.#mailbox.take()
      if (envelope === undefined) break
      this.#handle(envelope)
    }
    this.#pumping = false
  }

  #handle(envelope: Envelope<M>): void {
    this.#running++ // C1
    let answer: unknown
    try {
      answer = this.#components.actor.receive(envelope.message, this.#context(envelope.deadline))
    } catch (error) {
      this.#fail(envelope, error)
      this.#finished()
      return
    }
    if (answer instanceof Promise) {
      answer
        .then(
          (value) => envelope.settle?.resolve(value),
          (error) => this.#fail(envelope, error)
        )
        .finally(() => this.#finished())
    } else {
      envelope.settle?.resolve(answer)
      this.#finished()
    }
  }

  #finished(): void {
    this.#running--
    if (this.#state === 'live') this.#pump()
    else if (this.#running === 0) this.#idle?.()
  }

  #fail(envelope: Envelope<M>, error: unknown): void {
    if (envelope.settle) envelope.settle.reject(error)
    else this.#components.failed(this.self.name, error)
  }

  #refuseWaiting(cause: unknown): void {
    const error = this.#refusal('ActorStopped', cause) // C3
    for (let envelope = this.#mailbox.take(); envelope; envelope = this.#mailbox.take()) this.#fail(envelope, error)
  }

  #refusal(code: 'ActorStopped' | 'MailboxFull', cause?: unknown): ActorError {
    return new ActorError(code, this.#components.self.name, cause === undefined ? undefined : { cause })
  }

  #context(deadline: number | undefined): ActorContext {
    return new CellContext(this.#components.self as ActorRef<unknown>, this.#abort, deadline)
  }
}

class CellContext implements ActorContext {
  readonly self: ActorRef<unknown>
  readonly deadline: number | undefined
  readonly #abort: AbortController

  constructor(self: ActorRef<unknown>, abort: AbortController, deadline: number | undefined) {
    this.self = self
    this.deadline = deadline
    this.#abort = abort
  }

  /** Made when first read: hardly any actor looks, and a signal takes more memory than the rest of the cell. */
  get signal(): AbortSignal {
    return this.#abort.signal
  }

  tell: ActorContext['tell'] = (to, message) => to.tell(message)

  ask: ActorContext['ask'] = (to, message, options) =>
    to.ask(message, { ...options, deadline: earlier(this.deadline, options?.deadline) })
}

function earlier(a: number | undefined, b: number | undefined): number | undefined {
  if (a === undefined || b === undefined) return a ?? b
  return Math.min(a, b)
}
