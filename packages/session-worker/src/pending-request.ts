/**
 * A client's request that has no answer yet, and the answer's way back.
 *
 * P1  The first frame decides: an answer that comes first is the only frame; anything else before it, or a second
 *     without an answer, makes it a stream (cluster protocol §3.6).
 * P2  A cancelled request has no answer: its stream ends empty (MCP 2025-11-25, Utilities, "Cancellation").
 * P3  Nothing follows the last frame.
 */
import type { Clock, Timer } from '@scaled-mcp/actor'
import { type Headers, header } from '@scaled-mcp/contracts'
import type { Message, Reply } from '@scaled-mcp/mesh'

export interface PendingRequestInit {
  readonly reply: Reply
  /** The id of the request's first attempt. */
  readonly messageId: string
  readonly clock: Clock
  /** How long an answer may take before the request becomes a stream, in milliseconds; undefined: for ever. */
  readonly decideMs: number | undefined
  /** Sends a frame, now or when the connection is back. */
  readonly send: (send: () => void) => void
}

const NOTHING = new Uint8Array()
const JOINED: Headers = { [header.status]: 'interrupted' }

export class PendingRequest {
  readonly #init: PendingRequestInit
  readonly #decision: Timer | undefined
  #reply: Reply
  #isStream = false
  #isOver = false

  constructor(init: PendingRequestInit) {
    this.#init = init
    this.#reply = init.reply
    if (init.decideMs !== undefined) this.#decision = init.clock.after(init.decideMs, () => this.#openStream())
  }

  /** The id of the request's first attempt. */
  get messageId(): string {
    return this.#init.messageId
  }

  /** From now on a second attempt gets what comes; whoever made the first has given up waiting. */
  join(reply: Reply): void {
    const former = this.#reply
    this.#reply = reply
    if (this.#isStream) this.#frame({ body: NOTHING })
    this.#init.send(() => former.end({ body: NOTHING, headers: JOINED }))
  }

  /** Sends something that is not the answer. */
  message(body: Uint8Array): void {
    if (this.#isOver) return
    this.#decide()
    this.#frame({ body })
  }

  /** Sends the answer. */
  answer(body: Uint8Array, headers?: Headers): void {
    this.#end({ body, headers })
  }

  /** Ends it without an answer (P2). */
  cancel(): void {
    if (!this.#isStream && !this.#isOver) this.#openStream()
    this.#end({ body: NOTHING })
  }

  #openStream(): void {
    this.#decide()
    this.#frame({ body: NOTHING })
  }

  #decide(): void {
    this.#isStream = true // P1
    this.#decision?.cancel()
  }

  #frame(message: Message): void {
    this.#init.send(() => this.#reply.frame(message))
  }

  #end(message: Message): void {
    if (this.#isOver) return
    this.#isOver = true // P3
    this.#decision?.cancel()
    this.#init.send(() => this.#reply.end(message))
  }
}
