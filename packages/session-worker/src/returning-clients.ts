/**
 * What becomes of requests and streams whose connection, gateway or owner died while they were open.
 *
 * B1  A second attempt joins the first where that still runs; else it runs only when running twice does no harm
 *     (cluster protocol §3.5).
 * B2  A stream that a former owner has begun is finished: what may run again runs, of the rest it is said that nobody knows.
 * B3  While the store is asked, the session may have gone, or another may have begun: each looks again before anything begins.
 * B4  Those who come back for the same stream do so one after the other, in their order: what one of them finds in the log
 *     is true until it has begun, and an attempt that was given up never takes the place of a later one.
 */
import {
  type Headers,
  header,
  type JsonRpcRequest,
  type ReplyStatus,
  ScaledMcpError,
  STANDALONE,
  streamOf
} from '@scaled-mcp/contracts'
import type { Reply } from '@scaled-mcp/mesh'
import type { ReceiveExtra } from '@scaled-mcp/server'
import { type ClientPost, clientPost } from './client-message.ts'
import type { Exchange } from './exchange.ts'
import type { OpenExchanges } from './open-exchanges.ts'
import { PostExchange, type PostExchangeComponents } from './post-exchange.ts'
import { safeToRepeat, sessionMoved, unanswered } from './second-attempt.ts'
import type { ServedSession } from './serve-session.ts'
import type { FoundStream, SessionStreams } from './session-streams.ts'
import type { SsePosts } from './sse-posts.ts'

/** What a POST asked, and whom to answer. */
export interface Asked {
  readonly post: ClientPost
  readonly body: Uint8Array
  readonly context: ReceiveExtra
  readonly reply: Reply
  /** Of the first attempt. */
  readonly messageId: string
}

/** Somebody who wants the rest of a stream. */
interface Returning extends Pick<Asked, 'context' | 'reply' | 'messageId'> {
  /** The last event that they have seen, 0 for none. */
  readonly after: number
  /** Whether it is the client itself, and not its gateway on its behalf. */
  readonly isBack: boolean
}

/** What the session's actor lends to those who return. */
export interface ReturningClientsComponents {
  readonly server: Pick<ServedSession, 'deliveryClass'>
  readonly exchanges: OpenExchanges
  readonly streams: SessionStreams
  readonly parts: PostExchangeComponents
  /** Only of a session on HTTP+SSE. */
  readonly sse: SsePosts | undefined
  /** Whether nobody can have owned the session before. */
  readonly isNew: boolean
  /** Of the session. */
  readonly revision: string
  /** Why so many more requests cannot begin; undefined when they can. */
  readonly refusal: (requests: number) => ReplyStatus | undefined
  /** Begins what has not run. */
  readonly ask: (asked: Asked) => void
  /** Hands a request to the server; its answer goes to `exchange`. */
  readonly handle: (request: JsonRpcRequest, exchange: Exchange, context: ReceiveExtra) => void
  /** Answers a request of `exchange` without the server. */
  readonly answer: (request: JsonRpcRequest, exchange: Exchange, text: string) => void
  /** Answers that nothing was done. */
  readonly refuse: (reply: Reply, headers: Headers) => void
}

const INTERRUPTED: Headers = { [header.status]: 'interrupted' }

export class ReturningClients {
  readonly #components: ReturningClientsComponents

  constructor(components: ReturningClientsComponents) {
    this.#components = components
  }

  /**
   * Takes a second attempt of what may have run (B1).
   * @param seen the last event that its gateway has received, when it became a stream.
   */
  secondAttempt(asked: Asked, seen: string | undefined): Promise<void> {
    const { streams, sse } = this.#components
    const name = streamOf(asked.messageId)
    return streams.turns.take(name, () => (sse ? this.#acceptAgain(asked) : this.#attempt(name, asked, seen))) // B4
  }

  async #attempt(name: string, asked: Asked, seen: string | undefined): Promise<void> {
    const { exchanges, streams, server, ask, refuse } = this.#components
    const { reply, post } = asked
    const after = seen === undefined ? 0 : (await streams.seen(seen)).sequence
    const found = exchanges.ofStream(name) ? undefined : await streams.find(name)
    if (found && !exchanges.ofStream(name)) return this.#finish(found, { ...asked, after, isBack: false })
    const isSafe = await safeToRepeat(post.requests, server)
    const running = exchanges.ofStream(name) // B3
    if (running) running.join(reply, after)
    else if (isSafe) ask(asked)
    else refuse(reply, INTERRUPTED)
  }

  /**
   * Gives a client what followed event `seen`, and what is still to come. Rejects with `EventUnknown`, `EventsGone`,
   * `SessionNotFound`, or `StreamFinished` when nothing was missed.
   */
  async resume(seen: string, context: ReceiveExtra, reply: Reply): Promise<void> {
    const { streams } = this.#components
    const { stream, sequence: after } = await streams.seen(seen)
    if (stream === STANDALONE) {
      await streams.standalone.resume(reply, after)
      return this.#takeAccepted()
    }
    const returning = { context, reply, messageId: stream, after, isBack: true }
    await streams.turns.take(stream, () => this.#return(stream, returning)) // B4
  }

  async #return(stream: string, returning: Returning): Promise<void> {
    const { exchanges, streams } = this.#components
    const { reply, after } = returning
    // The log of a session may be long, and many may come back at once: what came before is read only when it is needed.
    const rest = exchanges.ofStream(stream) ? undefined : await streams.find(stream, after)
    if (rest?.last.kind === 'end') return streams.named(stream).replay(reply, after)
    const found = exchanges.ofStream(stream) ? undefined : await streams.find(stream)
    const running = exchanges.ofStream(stream)
    if (running) running.resume(reply, after)
    else if (found?.last.kind === 'end' && found.last.sequence <= after) throw new ScaledMcpError('StreamFinished')
    else await this.#finish(found, returning)
  }

  /** Somebody begins to listen to what belongs to no request. Rejects with `StreamTaken`. */
  async listen(reply: Reply): Promise<void> {
    await this.#components.streams.standalone.listen(reply)
    await this.#takeAccepted()
  }

  /** On HTTP+SSE: accepts what is not stored, as it cannot have run; the rest is accepted already. */
  async #acceptAgain(asked: Asked): Promise<void> {
    const { exchanges, streams, ask, refuse } = this.#components
    const name = streamOf(asked.messageId)
    const found = await streams.find(name)
    if (found || exchanges.ofStream(name)) refuse(asked.reply, {})
    else ask(asked)
  }

  /** On HTTP+SSE: goes on with what a former owner had accepted and not answered (B2). */
  async #takeAccepted(): Promise<void> {
    const { streams, sse, isNew } = this.#components
    if (sse && !isNew) await streams.turns.take(STANDALONE, () => this.#goOnWithAccepted(sse)) // B4
  }

  async #goOnWithAccepted(sse: SsePosts): Promise<void> {
    const { streams, exchanges, revision, refusal } = this.#components
    const { accepted, messages } = await streams.accepted()
    for (const { stream, request } of accepted) {
      if (exchanges.ofStream(stream) || refusal(0)) continue // B3
      const open = unanswered(clientPost(request, revision).requests, messages)
      const ids = open.map(({ id }) => id)
      if (ids.length > 0) await this.#goOn(sse.accepted(stream, ids), open, {})
    }
  }

  /** B2 */
  async #finish(
    found: FoundStream | undefined,
    { context, reply, messageId, after, isBack }: Returning
  ): Promise<void> {
    const { streams, parts, refusal, refuse, revision } = this.#components
    const refused = refusal(0) // B3
    if (refused) return refuse(reply, { [header.status]: refused })
    if (!found) throw new ScaledMcpError('EventsGone', messageId)
    const stream = streams.named(found.last.stream)
    if (found.last.kind === 'end') return stream.replay(reply, after)
    if (!found.request) throw new ScaledMcpError('EventsGone', 'the request that began the stream')
    const { requests, isBatch } = clientPost(found.request, revision)
    const open = unanswered(requests, found.messages)
    const init = { messageId, body: found.request, isBatch, ids: open.map(({ id }) => id), decideMs: undefined, stream }
    const exchange = new PostExchange(parts, init)
    const goOn = this.#goOn(exchange, open, context)
    if (isBack) exchange.resume(reply, after)
    else exchange.join(reply, after)
    await goOn
    if (open.length === 0) await stream.end()
  }

  /** Runs what may run again, and answers the rest. @throws ScaledMcpError `DuplicateRequestId`. */
  async #goOn(exchange: Exchange, requests: readonly JsonRpcRequest[], context: ReceiveExtra): Promise<void> {
    const { exchanges, server, handle, answer } = this.#components
    exchanges.assertNew(requests)
    exchanges.add(exchange)
    for (const request of requests) {
      const isSafe = await safeToRepeat([request], server)
      if (exchanges.get(request.id) !== exchange) continue // B3
      if (isSafe) handle(request, exchange, context)
      else answer(request, exchange, sessionMoved(request.id))
    }
  }
}
