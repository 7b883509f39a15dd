/**
 * The asker's end of every question of this process: one wildcard subscription, one deadline sweep, and for each question
 * a token `SLOT-SERIAL`: where it is kept, and a number that never comes again, so that an answer that comes late or twice
 * reaches nobody else. (Without it the broker would save a third of its work on replies.)
 * The transport's own request costs the asker more than twice as much.
 *
 * Every ask ends exactly once (W2): by its last frame, by the broker's 503, by its deadline, by a cancel, or, when the
 * connection is lost, by `ConnectionLost`; `NotDelivered` instead, if it had not left yet. Never before `ask` returned.
 */
import { type Headers, header, ScaledMcpError } from '@scaled-mcp/contracts'
import { asError } from './as-error.ts'
import type { Clock } from './clock.ts'
import { DeadlineSweep } from './deadline-sweep.ts'
import { PendingAsk, type PendingAskOwner } from './pending-ask.ts'
import { Slots } from './slots.ts'
import { subjectMatcher } from './subject-pattern.ts'
import type { ConnectionListener, OnError, Packet, Subscription, Transport } from './transport.ts'
import type { AskOptions, Exchange, FrameReceiver, Message } from './wire.ts'

const NO_BODY = new Uint8Array(0)

export interface ReplyMuxComponents {
  readonly transport: Transport
  readonly clock: Clock
  readonly onError: OnError
}

export interface Question extends Message {
  readonly subject: string
}

export class ReplyMux implements PendingAskOwner, ConnectionListener {
  readonly #transport: Transport
  readonly #clock: Clock
  readonly #onError: OnError
  readonly #sweep: DeadlineSweep
  readonly #pending = new Slots<PendingAsk>()
  readonly #subscription: Subscription
  readonly #prefix: string
  #serial = 0

  /** @param inbox subject that replies come to, one token below it. */
  constructor({ transport, clock, onError }: ReplyMuxComponents, inbox: string) {
    this.#transport = transport
    this.#clock = clock
    this.#onError = onError
    this.#prefix = `${inbox}.`
    this.#sweep = new DeadlineSweep(clock, (now) => this.#expire(now))
    this.#subscription = transport.subscribe(`${inbox}.*`, (packet) => this.#accept(packet))
    transport.onConnection(this)
  }

  /**
   * Sends a question. @throws NotDelivered, PayloadTooLarge as the transport does.
   * @throws Cancelled, DeadlineExceeded when that is so already; nothing is sent then.
   */
  ask(question: Question, receiver: FrameReceiver, options?: AskOptions): Exchange {
    const expiresAt = options ? this.#expiry(options) : Number.POSITIVE_INFINITY
    const id = `${this.#prefix}${this.#pending.next}-${++this.#serial}`
    const headers = options?.deadline === undefined ? question.headers : stamped(question.headers, options.deadline)
    this.#transport.publish({ subject: question.subject, reply: id, headers, body: question.body })
    const ask = new PendingAsk({ owner: this, receiver }, { id, subject: question.subject, expiresAt })
    this.#pending.add(ask)
    this.#sweep.arm(expiresAt)
    if (options?.signal) ask.cancelOn(options.signal)
    return ask
  }

  /** Ends every ask on a subject that `pattern` matches. */
  abandon(pattern: string, error: Error): void {
    for (const ask of this.#askedOn(pattern)) ask.fail(error)
  }

  /** Tells every ask on a subject that `pattern` matches that its answer may be lost. */
  doubt(pattern: string, error: Error): void {
    for (const ask of this.#askedOn(pattern)) ask.doubt(error)
  }

  over(ask: PendingAsk): void {
    this.#pending.remove(this.#slot(ask.id))
  }

  cancelled({ id, subject }: PendingAsk): void {
    if (!this.#transport.connected) return
    this.#transport.publish({ subject, headers: { [header.cancel]: id }, body: NO_BODY })
  }

  threw(error: unknown): void {
    this.#onError(asError(error))
  }

  lost(unsent: readonly Packet[]): void {
    for (const { reply } of unsent) this.#find(reply)?.fail(new ScaledMcpError('NotDelivered'))
    for (const ask of this.#pending.all()) ask.fail(new ScaledMcpError('ConnectionLost', ask.subject))
  }

  restored(): void {}

  stop(): void {
    this.#sweep.stop()
    this.#subscription.stop()
  }

  /** Those that are under way now: what happens to one may begin another. */
  #askedOn(pattern: string): readonly PendingAsk[] {
    const matches = subjectMatcher(pattern)
    return [...this.#pending.all()].filter(({ subject }) => matches(subject))
  }

  #accept(packet: Packet): void {
    this.#find(packet.subject)?.accept(packet)
  }

  #find(id: string | undefined): PendingAsk | undefined {
    const ask = id === undefined ? undefined : this.#pending.get(this.#slot(id))
    return ask?.id === id ? ask : undefined
  }

  #slot(id: string): number {
    return Number.parseInt(id.slice(this.#prefix.length), 10)
  }

  #expiry({ deadline, timeoutMs, signal }: AskOptions): number {
    if (signal?.aborted) throw new ScaledMcpError('Cancelled', undefined, { cause: signal.reason })
    const left = deadline === undefined ? Number.POSITIVE_INFINITY : deadline - this.#clock.wall()
    if (left <= 0) throw new ScaledMcpError('DeadlineExceeded', 'it had passed before the question was sent')
    const waitMs = Math.min(left, timeoutMs ?? Number.POSITIVE_INFINITY)
    return waitMs === Number.POSITIVE_INFINITY ? waitMs : this.#clock.monotonic() + waitMs
  }

  #expire(now: number): number {
    let next = Number.POSITIVE_INFINITY
    for (const ask of this.#pending.all()) {
      if (ask.expiresAt <= now) ask.fail(new ScaledMcpError('DeadlineExceeded', ask.subject))
      else next = Math.min(next, ask.expiresAt)
    }
    return next
  }
}

function stamped(headers: Headers | undefined, deadline: number): Headers {
  return { ...headers, [header.deadline]: String(deadline) }
}
