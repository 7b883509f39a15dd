/**
 * A POST of the transport of 2024-11-05 (HTTP+SSE): it is accepted, and everything else goes to the one stream of the
 * session, whichever gateway holds that.
 *
 * X1  It is accepted only after it is stored: nobody asks again, so the next owner has to know of it.
 * X2  An `initialize` is accepted when it is answered: before that there is no session.
 */
import { errorHeaders, type Headers, header, type JsonRpcId } from '@scaled-mcp/contracts'
import type { Reply } from '@scaled-mcp/mesh'
import { errorAnswer } from '@scaled-mcp/server'
import type { Exchange } from './exchange.ts'
import type { SessionStreams } from './session-streams.ts'

export interface SseExchangeComponents {
  readonly streams: SessionStreams
  /** Sends a frame, now or when that is allowed again. */
  readonly send: (send: () => void) => void
  /** Told of what could not be stored for the client. */
  readonly failed: (error: unknown) => void
}

export interface SseExchangeInit {
  readonly messageId: string
  readonly ids: readonly JsonRpcId[]
}

const NOTHING = new Uint8Array()

export class SseExchange implements Exchange {
  readonly messageId: string
  readonly #components: SseExchangeComponents
  #open: readonly JsonRpcId[]
  /** Whom to tell that it is accepted. */
  #reply: Reply | undefined

  constructor(components: SseExchangeComponents, { messageId, ids }: SseExchangeInit, reply?: Reply) {
    this.#components = components
    this.messageId = messageId
    this.#open = ids
    this.#reply = reply
  }

  get ids(): readonly JsonRpcId[] {
    return this.#open
  }

  /** Stores the client's message (X1). Rejects as `StreamLog.append`. */
  store(body: Uint8Array): Promise<void> {
    return this.#components.streams.ofPost(this.messageId).open(body)
  }

  accept(headers?: Headers): void {
    const reply = this.#reply
    this.#reply = undefined
    if (reply) this.#components.send(() => reply.end({ headers, body: NOTHING }))
  }

  join(reply: Reply): void {
    this.#components.send(() => reply.end({ body: NOTHING }))
  }

  resume(reply: Reply): void {
    this.join(reply)
  }

  message(body: Uint8Array): Promise<void> {
    return this.#components.streams.standalone.message(body)
  }

  answer(id: JsonRpcId, text: string, headers: Headers | undefined): void {
    this.cancel(id)
    this.message(Buffer.from(text)).catch(this.#components.failed)
    this.accept(headers) // X2
  }

  fail(id: JsonRpcId, error: unknown): void {
    if (this.#reply) this.accept(errorHeaders(error))
    else this.answer(id, JSON.stringify(errorAnswer(id, error)), undefined)
  }

  cancel(id: JsonRpcId): void {
    this.#open = this.#open.filter((other) => other !== id)
  }

  /** The one stream of the session is never closed on purpose. */
  close(): void {}

  /** The next owner finds it in the log. */
  leave(): void {
    this.accept({ [header.status]: 'moved' })
  }
}
