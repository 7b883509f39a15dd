import { ActorError, type ActorRef, type AskOptions, type Clock, type TellOptions } from '@scaled-mcp/actor'
import { type Address, header, SESSION_KIND } from '@scaled-mcp/contracts'
import type { Exchange, Frame, FrameReceiver } from '@scaled-mcp/mesh'
import { actorErrorOf, decodeFailure, decodeValue, encodeAsk, encodeTell } from './actor-message.ts'
import type { Addressed, Router } from './router.ts'

export interface ClusterRefComponents {
  readonly router: Pick<Router, 'ask' | 'spawn'>
  readonly clock: Clock
  /** Told of a tell that no actor will handle. */
  readonly undelivered: (letter: DeadLetter) => void
}

/** A tell that no actor has handled and none will. */
export interface DeadLetter {
  readonly name: string
  readonly message: unknown
  readonly error: unknown
}

export interface ClusterRefInit {
  /** `kind/id`. */
  readonly name: string
  readonly address: Address
  /** `addressKey(address)`. */
  readonly key: string
  /** Whether a message begins the actor where there is none. */
  readonly activates: boolean
  /** What travels with what is sent, unless the options say otherwise. */
  readonly from: TellOptions
}

const DEFAULT_TIMEOUT_MS = 30_000

/**
 * A ref to an actor of the cluster, wherever it lives.
 *
 * F1  Messages and answers are JSON, also where both actors live on one worker: what works there works everywhere.
 * F2  A tell is handled once at most: it is kept here until the actor has handled it, and sent again only while nobody can
 *     have begun to. One that nobody handles is a dead letter.
 */
export class ClusterRef<M, R> implements ActorRef<M, R> {
  readonly #components: ClusterRefComponents
  readonly #init: ClusterRefInit

  constructor(components: ClusterRefComponents, init: ClusterRefInit) {
    this.#components = components
    this.#init = init
  }

  get name(): string {
    return this.#init.name
  }

  /** Sends one way; a failure after that is a dead letter. @throws ActorError `MessageNotSerialisable`. */
  tell(message: M, options: TellOptions = {}): void {
    const { undelivered } = this.#components
    const { name, from } = this.#init
    const addressed = this.#addressed('tell', message, { ...from, ...options })
    const failed = (error: unknown) => undelivered({ name, message, error })
    this.#send(addressed, new Answer(name, () => undefined, failed))
  }

  /**
   * Sends and waits for the answer. Rejects with what the actor threw, by name, message and `code`, or an ActorError:
   * `ActorNotFound`, `MailboxFull`, `AskTimeout`, `Aborted`, `MessageNotSerialisable`; `ActorMoved` when its worker died
   * before it answered; `ActorUnreachable` when no worker could take the message in time.
   */
  ask(message: M, options: AskOptions = {}): Promise<R> {
    const { name, address, from } = this.#init
    const { signal, timeoutMs, ...context } = options
    return new Promise<R>((resolve, reject) => {
      if (address.kind === SESSION_KIND) throw new ActorError('ActorNotFound', `${name}: a session takes tells only`)
      if (signal?.aborted) throw new ActorError('Aborted', name, { cause: signal.reason })
      const waitMs = timeoutOf(options, this.#components.clock)
      const deadline = this.#components.clock.wall() + waitMs
      const addressed = this.#addressed('ask', message, { ...from, ...context, deadline })
      const answer = new Answer(name, resolve as (value: unknown) => void, reject)
      this.#send(addressed, answer, waitMs)
      if (signal) answer.cancelOn(signal)
    })
  }

  /** Has a worker create the actor; resolves once it has started. Rejects with what it failed with, and as {@link ask}. */
  create(timeoutMs: number): Promise<void> {
    const { name, address, key, from } = this.#init
    const { body, headers } = encodeAsk(name, undefined, from)
    const message = { address, key, body, headers: { ...headers, [header.verb]: 'create' } }
    return new Promise((resolve, reject) => {
      this.#components.router.spawn(message, new Answer(name, () => resolve(), reject), timeoutMs)
    })
  }

  #send(message: Addressed, answer: Answer, waitMs?: number): void {
    answer.exchange = this.#components.router.ask(message, answer, waitMs)
  }

  #addressed(form: 'ask' | 'tell', message: M, context: TellOptions): Addressed {
    const { name, address, key, activates } = this.#init
    const encoded = form === 'ask' ? encodeAsk(name, message, context) : encodeTell(name, message, context)
    const { body } = encoded
    // To a session a client's messages come as well, and look the same.
    const headers = address.kind === SESSION_KIND ? { ...encoded.headers, [header.verb]: 'tell' } : encoded.headers
    return { address, key, form, activates, body, headers }
  }
}

/** The one answer of an actor. */
class Answer implements FrameReceiver {
  exchange: Exchange | undefined
  readonly #name: string
  readonly #resolve: (value: unknown) => void
  readonly #reject: (error: unknown) => void
  #stopListening: (() => void) | undefined
  #reason: unknown

  constructor(name: string, resolve: (value: unknown) => void, reject: (error: unknown) => void) {
    this.#name = name
    this.#resolve = resolve
    this.#reject = reject
  }

  cancelOn(signal: AbortSignal): void {
    const abort = () => {
      this.#reason = signal.reason
      this.exchange?.cancel()
    }
    signal.addEventListener('abort', abort, { once: true })
    this.#stopListening = () => signal.removeEventListener('abort', abort)
  }

  frame(frame: Frame): void {
    this.#stopListening?.()
    if (frame.headers?.[header.error] !== undefined) this.#reject(decodeFailure(frame))
    else this.#resolve(decodeValue(frame))
  }

  failed(error: Error): void {
    this.#stopListening?.()
    const translated = actorErrorOf(this.#name, error)
    if (this.#reason !== undefined && translated instanceof ActorError) translated.cause = this.#reason
    this.#reject(translated)
  }
}

/** How long to wait, in milliseconds. */
function timeoutOf({ timeoutMs, deadline }: AskOptions, clock: Clock): number {
  const own = timeoutMs ?? DEFAULT_TIMEOUT_MS
  return deadline === undefined ? own : Math.max(0, Math.min(own, deadline - clock.wall()))
}
