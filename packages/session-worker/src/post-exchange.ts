/**
 * What one POST of the client asked, and the way back for the answers.
 *
 * P1  The first thing that is sent decides: the answer alone is sent as it is; anything else before it, or a second
 *     without it, makes an event stream (cluster protocol §3.6). A batch waits for all of its answers.
 * P2  A cancelled request has no answer; when none is left the exchange ends, as an empty stream if nothing was sent
 *     (MCP 2025-11-25, Utilities, "Cancellation").
 * P3  Nothing follows the last answer.
 * P4  What may have run is not forgotten: another attempt joins, and the one before hears nothing more.
 */
import type { Clock, Timer } from '@scaled-mcp/actor'
import { errorHeaders, type Headers, header, type JsonRpcId } from '@scaled-mcp/contracts'
import type { Message, Reply } from '@scaled-mcp/mesh'
import { errorAnswer } from '@scaled-mcp/server'
import type { ClientStream } from './client-stream.ts'
import type { Exchange } from './exchange.ts'

export interface PostExchangeComponents {
  readonly clock: Clock
  /** Sends a frame, now or when that is allowed again. */
  readonly send: (send: () => void) => void
  /** The stream that it becomes. */
  readonly stream: (messageId: string) => ClientStream
  /** Told of what could not be stored for the client. */
  readonly failed: (error: unknown) => void
}

export interface PostExchangeInit {
  /** Of the first attempt. */
  readonly messageId: string
  /** The requests that wait for an answer. */
  readonly ids: readonly JsonRpcId[]
  readonly isBatch: boolean
  /** The client's message. */
  readonly body: Uint8Array
  /** How long answers may take before they become a stream, in milliseconds; undefined: for ever. */
  readonly decideMs: number | undefined
  /** The stream that a former owner has begun. */
  readonly stream?: ClientStream
}

const NOTHING = new Uint8Array()
const NONE: readonly never[] = []
const MOVED: Headers = { [header.status]: 'moved' }

export class PostExchange implements Exchange {
  readonly #components: PostExchangeComponents
  readonly #init: PostExchangeInit
  readonly #decision: Timer | undefined
  #reply: Reply | undefined
  #open: readonly JsonRpcId[]
  /** Answers of a batch that wait for the others. */
  #answers: readonly string[] = NONE
  #stream: ClientStream | undefined
  #isOver = false

  constructor(components: PostExchangeComponents, init: PostExchangeInit, reply?: Reply) {
    this.#components = components
    this.#init = init
    this.#reply = reply
    this.#open = init.ids
    this.#stream = init.stream
    if (init.decideMs !== undefined) this.#decision = components.clock.after(init.decideMs, () => this.stream())
  }

  get messageId(): string {
    return this.#init.messageId
  }

  get ids(): readonly JsonRpcId[] {
    return this.#open
  }

  /** Another attempt, which has seen everything up to event `after`, takes the place of the one before (P4). */
  join(reply: Reply, after: number): void {
    if (this.#stream) {
      this.#watch(this.#stream.rejoin(reply, after))
      return
    }
    this.#end(MOVED, NOTHING)
    this.#reply = reply
  }

  /** The client has come back for what followed event `after`. */
  resume(reply: Reply, after: number): void {
    this.#watch(this.stream().resume(reply, after))
  }

  /** Sends what is no answer. Rejects when it cannot be stored. */
  message(body: Uint8Array): Promise<void> {
    return this.#isOver ? Promise.resolve() : this.stream().message(body)
  }

  /** Sends the answer to request `id`; `headers` go with an answer that is alone. */
  answer(id: JsonRpcId, text: string, headers: Headers | undefined): void {
    this.#open = without(this.#open, id)
    if (this.#stream) this.#streamed(this.#stream, text)
    else if (this.#init.isBatch) this.#collect(text, headers)
    else this.#over(headers, Buffer.from(text))
  }

  /** Request `id` is cancelled (P2). */
  cancel(id: JsonRpcId): void {
    this.#open = without(this.#open, id)
    if (this.#open.length > 0) return
    if (this.#stream) this.#watch(this.#stream.end())
    else if (this.#answers.length > 0) this.#over(undefined, batchOf(this.#answers))
    else this.#overEmpty()
    this.#isOver = true
  }

  /** Request `id` did not run: alone it is refused, else it is answered with the error. */
  fail(id: JsonRpcId, error: unknown): void {
    if (this.#stream || this.#init.isBatch) this.answer(id, JSON.stringify(errorAnswer(id, error)), undefined)
    else this.#over(errorHeaders(error), NOTHING)
  }

  /** Ends the client's connection; it is to come back for the rest, which needs a stream. */
  close(): void {
    if (!this.#isOver) this.#watch(this.stream().close())
  }

  /** It is over here, and for the next owner to decide. */
  leave(): void {
    if (this.#isOver) return
    if (this.#stream) this.#stream.leave()
    this.#over(MOVED, NOTHING)
  }

  /** The event stream that it is from now on. */
  stream(): ClientStream {
    return this.#stream ?? this.#becomeStream()
  }

  #becomeStream(): ClientStream {
    const stream = this.#components.stream(this.#init.messageId)
    this.#decision?.cancel()
    this.#stream = stream
    if (this.#reply) stream.read(this.#reply)
    this.#reply = undefined
    this.#watch(stream.open(this.#init.body))
    for (const text of this.#answers) this.#watch(stream.message(Buffer.from(text)))
    return stream
  }

  #streamed(stream: ClientStream, text: string): void {
    const body = Buffer.from(text)
    if (this.#open.length > 0) {
      this.#watch(stream.message(body))
      return
    }
    this.#isOver = true // P3
    this.#watch(stream.end(body))
  }

  #collect(text: string, headers: Headers | undefined): void {
    this.#answers = [...this.#answers, text]
    if (this.#open.length === 0) this.#over(headers, batchOf(this.#answers))
  }

  /** P2: nothing that anybody could miss, so nothing is stored. */
  #overEmpty(): void {
    const reply = this.#reply
    if (reply) this.#components.send(() => reply.frame({ body: NOTHING }))
    this.#over(undefined, NOTHING)
  }

  #over(headers: Headers | undefined, body: Uint8Array): void {
    this.#isOver = true // P3
    this.#decision?.cancel()
    this.#end(headers, body)
  }

  #end(headers: Headers | undefined, body: Uint8Array): void {
    const reply = this.#reply
    this.#reply = undefined
    const message: Message = { headers, body }
    if (reply) this.#components.send(() => reply.end(message))
  }

  #watch(stored: Promise<void>): void {
    stored.catch(this.#components.failed)
  }
}

function batchOf(answers: readonly string[]): Uint8Array {
  return Buffer.from(`[${answers.join(',')}]`)
}

function without(ids: readonly JsonRpcId[], id: JsonRpcId): readonly JsonRpcId[] {
  return ids.length === 1 && ids[0] === id ? NONE : ids.filter((other) => other !== id)
}
