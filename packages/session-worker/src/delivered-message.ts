import type { Clock, Envelope, MessageContext, Settle, Timer } from '@scaled-mcp/actor'
import { contextOf, decodeValue, encodeAnswer, encodeFailure } from '@scaled-mcp/cluster'
import { type Headers, header, type ReplyStatus } from '@scaled-mcp/contracts'
import type { Delivery, Message, Reply } from '@scaled-mcp/mesh'
import type { Resend } from './resend.ts'

export interface DeliveredMessageComponents {
  readonly resend: Resend
  readonly clock: Clock
  /** Whether the worker may act as an owner now. */
  readonly mayAct: () => boolean
  /** Told once, when it has been answered, and of what was thrown where nobody waits for an answer. */
  readonly over: (message: DeliveredMessage, error: unknown) => void
}

export interface DeliveredMessageInit {
  /** The name of whom it is for. */
  readonly actor: string
  readonly form: 'ask' | 'tell'
  /** What its answer says besides. */
  readonly headers?: Headers
}

/** Of a timer. */
const LONGEST_MS = 2 ** 31 - 1
const NOTHING = new Uint8Array()
const HANDLED: Message = { body: NOTHING }
const NO_REPLIES: readonly Reply[] = []
/** Counts messages that nobody waits for. */
let unasked = 0

/**
 * A message of another actor, from the mesh into a mailbox, and the answer on its way back.
 *
 * V1  It is answered once: by what the actor answers or throws, or by the status that says that it did not run.
 * V2  Of a tell it says only that it was handled: what the actor threw is for this worker's log.
 * V3  One that has waited is not handled once its asker has given up or run out of time, or while the lease is not held.
 */
export class DeliveredMessage implements Envelope<unknown>, Settle {
  /** Names the question. */
  readonly id: string
  readonly message: unknown
  readonly deadline: number | undefined
  readonly trace: string | undefined
  readonly principal: string | undefined
  readonly sender: string | undefined
  readonly lane: MessageContext['lane']
  readonly #components: DeliveredMessageComponents
  readonly #actor: string
  readonly #form: 'ask' | 'tell'
  readonly #headers: Headers | undefined
  #replies: readonly Reply[]
  /** Ends the patience of an asker whose signal was read. */
  #deadline: Timer | undefined
  #signal: AbortSignal | undefined
  #isOver = false
  #isOfLater = false

  /** @throws SyntaxError for what is not JSON. */
  constructor(
    components: DeliveredMessageComponents,
    delivery: Delivery,
    { actor, form, headers }: DeliveredMessageInit
  ) {
    const { deadline, trace, principal, sender, lane } = contextOf(delivery.headers)
    this.#components = components
    this.#actor = actor
    this.#form = form
    this.#headers = headers
    this.#replies = delivery.reply ? [delivery.reply] : NO_REPLIES
    this.id = delivery.reply?.id ?? `unasked-${++unasked}`
    this.message = decodeValue(delivery)
    this.deadline = deadline
    this.trace = trace
    this.principal = principal
    this.sender = sender
    this.lane = lane
  }

  get settle(): Settle {
    return this
  }

  /** Aborted when the asker gives up, or has run out of time: of that it says nothing. */
  get signal(): AbortSignal | undefined {
    this.#signal ??= this.#untilDeadline(this.#replies[0]?.signal)
    return this.#signal
  }

  /** Whether nobody waits for the answer any more. */
  get #isGivenUp(): boolean {
    return this.#replies.length > 0 && this.#replies.every(({ isOpen }) => !isOpen)
  }

  /** V3 */
  take(): boolean {
    if (this.#isOver) return false
    if (this.#isGivenUp) this.#finish(undefined)
    else if (this.#leftMs <= 0) this.notRun('expired')
    else if (!this.#components.mayAct()) this.notRun('busy')
    return !this.#isOver
  }

  resolve(answer: unknown): void {
    if (this.#isOver) return
    try {
      this.#send(this.#form === 'tell' ? HANDLED : encodeAnswer(this.#actor, answer))
      this.#finish(undefined)
    } catch (error) {
      this.reject(error)
    }
  }

  reject(error: unknown): void {
    if (this.#isOver) return
    this.#send(this.#form === 'tell' ? HANDLED : encodeFailure(error)) // V2
    this.#finish(error)
  }

  /** The actor has ended, or did not start, before it came to this message. */
  refuse(error: unknown): void {
    if (this.#isOver) return
    if (this.#isOfLater) this.notRun('draining')
    else {
      this.#send(encodeFailure(error))
      this.#finish(undefined)
    }
  }

  /** Answers `reply` as well: the same question, asked again. */
  join(reply: Reply): void {
    this.#replies = [...this.#replies, reply]
  }

  /** Has the next owner handle it, should it still wait when this one lets go of the actor. */
  leaveToLater(): void {
    this.#isOfLater = true
  }

  /** Answers that it did not run; with `moved`, that whoever has the actor next decides; with `expired`, that it is late. */
  notRun(status: ReplyStatus): void {
    if (this.#isOver) return
    const refusal = { body: NOTHING, headers: { [header.status]: status } }
    for (const reply of this.#replies) this.#components.resend.refuse(() => reply.end(refusal))
    this.#finish(undefined)
  }

  /** Forgets it without a word: it is another owner's. */
  drop(): void {
    this.#finish(undefined)
  }

  /** How long the asker waits, in milliseconds. Nobody waits for a tell, so that nobody runs out of time. */
  get #leftMs(): number {
    if (this.#form === 'tell' || this.deadline === undefined) return Number.POSITIVE_INFINITY
    return this.deadline - this.#components.clock.wall()
  }

  #untilDeadline(asker: AbortSignal | undefined): AbortSignal | undefined {
    const leftMs = this.#leftMs
    if (leftMs === Number.POSITIVE_INFINITY || this.#isOver) return asker
    const late = new AbortController()
    this.#deadline = this.#components.clock.after(Math.min(leftMs, LONGEST_MS), () => {
      this.notRun('expired') // or an answer given up halfway could overtake the asker's own clock
      late.abort()
    })
    return asker ? AbortSignal.any([asker, late.signal]) : late.signal
  }

  #send({ body, headers }: Message): void {
    const answer = this.#headers ? { body, headers: { ...headers, ...this.#headers } } : { body, headers }
    for (const reply of this.#replies) this.#components.resend.send(() => reply.end(answer))
  }

  #finish(error: unknown): void {
    this.#isOver = true
    this.#deadline?.cancel()
    this.#components.over(this, error)
  }
}
