/**
 * The actor of one client's session: messages of the client in, messages of its MCP server out.
 *
 * N1  Handlers run side by side; the actor's turn only starts them, so that one slow tool holds up nothing.
 * N2  A notification or a response is acknowledged once the server has taken it (HTTP 202 must not precede that).
 * N3  While it drains, new requests are refused unstarted; what running ones still need goes through.
 * N4  Nothing is handled and nothing is sent while the lease is not held.
 * N5  A second attempt joins the first where that still runs; else it runs only when running twice does no harm.
 * N6  Once another worker owns the session, nothing that happens here reaches the client as an answer.
 * N7  Each message of the server goes to exactly one stream: its request's while that is in flight, else the standalone
 *     one (MCP 2025-11-25, Transports, "Multiple Connections").
 */
import { Actor, type Clock } from '@scaled-mcp/actor'
import type { Lease } from '@scaled-mcp/cluster'
import {
  errorHeaders,
  type Headers,
  header,
  type JsonRpcId,
  type JsonRpcRequest,
  type ReplyStatus,
  ScaledMcpError,
  STANDALONE,
  streamOf
} from '@scaled-mcp/contracts'
import type { Delivery, Reply } from '@scaled-mcp/mesh'
import {
  type Logger,
  type Outgoing,
  type Outlet,
  type ReceiveExtra,
  type ServerDefinition,
  SparseMap
} from '@scaled-mcp/server'
import type { Owned } from './claims.ts'
import { type ClientPost, clientPost, requestContext } from './client-message.ts'
import { PostExchange, type PostExchangeComponents } from './post-exchange.ts'
import type { Resend } from './resend.ts'
import { safeToRepeat, sessionMoved, unanswered } from './second-attempt.ts'
import type { ServedSession, ServeSession } from './serve-session.ts'
import type { SessionStore } from './session-store.ts'
import { type FoundStream, SessionStreams, type SessionStreamsComponents } from './session-streams.ts'

/** The same for all sessions of a worker. */
export interface SessionActorComponents {
  readonly definition: ServerDefinition
  readonly serve: ServeSession
  readonly lease: Lease
  readonly resend: Resend
  readonly logger: Logger
  readonly clock: Clock
  /** Told that the server refused the `initialize`: there is no session under `key`. */
  readonly refused: (key: string) => void
  readonly streams: Pick<SessionStreamsComponents, 'events' | 'isReading'>
  /** Whether the directory still names this owner. */
  readonly isOwner: (owned: Owned) => Promise<boolean>
  /** Told once that a later owner has written: the session is not here any more. */
  readonly stale: (key: string) => void
}

export interface SessionActorInit extends Owned {
  /** `addressKey` of the session. */
  readonly key: string
  readonly store: SessionStore
  /** Requests in flight at once; more are refused. */
  readonly inFlight: number
  /** How long an answer may take before its request becomes a stream, in milliseconds. */
  readonly decideMs: number
  /** How long running requests may take to finish once it drains, in milliseconds. */
  readonly graceMs: number
  /** Largest body of one stored event, in bytes. */
  readonly maxBodyBytes: number
}

/** What a POST asked, and whom to answer. */
interface Asked {
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

const NOTHING = new Uint8Array()
const INTERRUPTED: Headers = { [header.status]: 'interrupted' }
/** Clients of earlier revisions crash on an event without data, or do not come back (MCP 2025-11-25, changelog). */
const FIRST_TOLD_TO_RETURN = '2025-11-25'

export class SessionActor extends Actor<Delivery, void> implements Outlet {
  readonly #components: SessionActorComponents
  readonly #init: SessionActorInit
  readonly #server: ServedSession
  readonly #pending = new SparseMap<JsonRpcId, PostExchange>()
  readonly #isNew: boolean
  #opened: SessionStreams | undefined
  #isAnnounced = false
  #isDraining = false
  #isStale = false
  #drained: (() => void) | undefined

  constructor(components: SessionActorComponents, init: SessionActorInit) {
    super()
    const { definition, logger, serve } = components
    const { store, address, claim } = init
    this.#components = components
    this.#init = init
    this.#isNew = !store.exists
    this.#server = serve({ definition, outlet: this, record: store, logger }, { id: address.id, epoch: claim.epoch })
  }

  /** Whether nothing of the client is being handled. */
  get isIdle(): boolean {
    return this.#pending.size === 0
  }

  /** Whether the event log of the session may hold anything. */
  get hasStreams(): boolean {
    return !this.#isNew || this.#opened !== undefined
  }

  /** A session that lived before is rebuilt from its record; a new one waits for its `initialize`. */
  override async start(): Promise<void> {
    if (this.#isNew) await this.#server.start()
    else await this.#server.restore()
  }

  override receive(delivery: Delivery): void {
    const { headers, reply } = delivery
    if (!this.#components.lease.isHeld) {
      this.#refuse(reply, { [header.status]: 'busy' }) // N4
      return
    }
    try {
      if (headers?.[header.revision] !== undefined) this.#checkRevision(headers[header.revision])
      const verb = headers?.[header.verb]
      if (verb === 'listen' || verb === 'resume') this.#read(verb, delivery)
      else this.#post(delivery)
    } catch (error) {
      this.#refuse(reply, errorHeaders(error))
    }
  }

  /** Tells every running handler to give up, and its asker that it was interrupted: this worker may not act for now. */
  suspend(): void {
    for (const id of this.#pending.keys()) {
      this.#server.receive({ jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: id } })
    }
    this.#leavePending()
  }

  /** Refuses new requests, and resolves once the running ones have finished or the grace is over. */
  async drain(): Promise<void> {
    this.#isDraining = true // N3
    if (this.isIdle) return
    await new Promise<void>((resolve) => {
      const timer = this.#components.clock.after(this.#init.graceMs, resolve)
      this.#drained = () => {
        timer.cancel()
        resolve()
      }
    })
  }

  override async stop(): Promise<void> {
    this.#isDraining = true // what still asks the store must not begin anything afterwards
    if (this.#isStale) await this.#server.close()
    else await this.#server.passivate()
    this.#leavePending()
    if (this.#isStale) this.#opened?.abandon()
    else await this.#opened?.leave(this.#init.graceMs)
  }

  /** Another worker owns the session: nothing may be stored any more. */
  abandon(): void {
    this.#isStale = true
    this.#opened?.abandon()
  }

  /** What the server sends, on its way to the client (N7). Rejects when it cannot be stored for the client. */
  send({ text, message, relatedRequestId }: Outgoing): void | Promise<void> {
    if (this.#isStale) return // N6: `stop` tells the askers that they were interrupted
    const exchange = relatedRequestId === undefined ? undefined : this.#pending.get(relatedRequestId)
    if (!('method' in message)) this.#answered(relatedRequestId as JsonRpcId, exchange, text)
    else if (exchange) return exchange.message(Buffer.from(text))
    else return this.#streams.standalone.message(Buffer.from(text))
  }

  #post({ body, headers, reply }: Delivery): void {
    const post = clientPost(body, this.#init.store.read().revision)
    const context = requestContext(headers)
    if (post.requests.length === 0) {
      this.#tell(post, context)
      if (reply) this.#components.resend.send(() => reply.end({ body: NOTHING, headers: this.#stored() })) // N2
      return
    }
    if (!reply) throw new ScaledMcpError('InvalidMessage', 'a request needs somewhere to answer to')
    const first = headers?.[header.messageId]
    const asked = { post, body, context, reply, messageId: first ?? reply.id }
    if (first === undefined) this.#ask(asked, this.#init.decideMs)
    else this.#watch(this.#secondAttempt(asked, headers?.[header.event]), reply)
  }

  /** Hands over what needs no answer. */
  #tell({ messages }: ClientPost, context: ReceiveExtra): void {
    for (const message of messages) {
      if ('method' in message && 'id' in message) continue
      this.#server.receive(message, context)
      if ('method' in message && message.method === 'notifications/cancelled') {
        this.#cancel(message.params?.['requestId'] as JsonRpcId)
      }
    }
  }

  #ask(asked: Asked, decideMs: number | undefined): void {
    const { post, body, reply, messageId } = asked
    const refusal = this.#refusal(post.requests.length)
    if (refusal) {
      this.#refuse(reply, { [header.status]: refusal })
      return
    }
    this.#checkIds(post.requests)
    const [request] = post.requests as readonly [JsonRpcRequest]
    // The session's id is in a header of the HTTP answer, which a stream would have sent before anybody knows it.
    const decide = request.method === 'initialize' ? undefined : decideMs
    const init = { messageId, body, isBatch: post.isBatch, ids: post.requests.map(({ id }) => id), decideMs: decide }
    this.#run(new PostExchange(this.#exchanges, init, reply), asked)
  }

  /** N1 */
  #run(exchange: PostExchange, { post, context }: Pick<Asked, 'post' | 'context'>): void {
    for (const id of exchange.ids) this.#pending.set(id, exchange)
    this.#tell(post, context)
    const extra = this.#extra(exchange, context)
    for (const request of post.requests) this.#handle(request, exchange, extra)
  }

  #handle(request: JsonRpcRequest, exchange: PostExchange, extra: ReceiveExtra): void {
    try {
      this.#server.receive(request, extra)
    } catch (error) {
      this.#forget(request.id)
      exchange.fail(request.id, error)
    }
  }

  /** N5 */
  async #secondAttempt(asked: Asked, seen: string | undefined): Promise<void> {
    const { messageId, reply, post } = asked
    const after = seen === undefined ? 0 : (await this.#streams.seen(seen)).sequence
    const stream = streamOf(messageId)
    const found = this.#exchangeOf(stream) ? undefined : await this.#streams.find(stream)
    if (found && !this.#exchangeOf(stream)) return this.#continue(found, { ...asked, after, isBack: false })
    const isSafe = await safeToRepeat(post.requests, this.#server)
    const running = this.#exchangeOf(stream)
    if (running) running.join(reply, after)
    else if (isSafe) this.#ask(asked, this.#init.decideMs)
    else this.#refuse(reply, INTERRUPTED)
  }

  /** Somebody wants to read a stream: the standalone one from now on, or any from an event that they have seen. */
  #read(verb: 'listen' | 'resume', { headers, reply }: Delivery): void {
    if (!reply) throw new ScaledMcpError('InvalidMessage', 'an event stream needs somewhere to go')
    if (this.#isDraining || this.#isStale) this.#refuse(reply, { [header.status]: 'draining' })
    else if (verb === 'listen') this.#watch(this.#streams.standalone.listen(reply), reply)
    else this.#watch(this.#resume(headers?.[header.event] ?? '', requestContext(headers), reply), reply)
  }

  async #resume(seen: string, context: ReceiveExtra, reply: Reply): Promise<void> {
    const { stream, sequence: after } = await this.#streams.seen(seen)
    if (stream === STANDALONE) return this.#streams.standalone.resume(reply, after)
    const found = this.#exchangeOf(stream) ? undefined : await this.#streams.find(stream)
    const exchange = this.#exchangeOf(stream)
    if (exchange) exchange.resume(reply, after)
    else if (found?.last.kind === 'end' && found.last.sequence <= after) throw new ScaledMcpError('StreamFinished')
    else if (found) await this.#continue(found, { context, reply, messageId: stream, after, isBack: true })
  }

  /** Finishes a stream that a former owner has begun: what may run again runs, of the rest it is said that nobody knows. */
  async #continue(found: FoundStream, { context, reply, messageId, after, isBack }: Returning): Promise<void> {
    const refusal = this.#refusal(0)
    if (refusal) return this.#refuse(reply, { [header.status]: refusal })
    const stream = this.#streams.named(found.last.stream)
    if (found.last.kind === 'end') return stream.resume(reply, after)
    if (!found.request) throw new ScaledMcpError('EventsGone', 'the request that began it')
    const post = clientPost(found.request, this.#init.store.read().revision)
    const requests = unanswered(post.requests, found.messages)
    this.#checkIds(requests)
    const ids = requests.map(({ id }) => id)
    const init = { messageId, body: found.request, isBatch: post.isBatch, ids, decideMs: undefined, stream }
    const exchange = new PostExchange(this.#exchanges, init)
    for (const id of ids) this.#pending.set(id, exchange)
    if (isBack) exchange.resume(reply, after)
    else exchange.join(reply, after)
    const extra = this.#extra(exchange, context)
    for (const request of requests) {
      const isSafe = await safeToRepeat([request], this.#server)
      if (!this.#pending.has(request.id)) continue // it is over here, or cancelled
      if (isSafe) this.#handle(request, exchange, extra)
      else this.#answered(request.id, exchange, sessionMoved(request.id))
    }
    if (requests.length === 0) await stream.end()
  }

  #exchangeOf(stream: string): PostExchange | undefined {
    for (const id of this.#pending.keys()) {
      const exchange = this.#pending.get(id)
      if (exchange && streamOf(exchange.messageId) === stream) return exchange
    }
    return undefined
  }

  get #exchanges(): PostExchangeComponents {
    const { clock, resend } = this.#components
    const failed = (error: unknown) => this.#unstored(error)
    return { clock, send: resend.send, stream: (messageId) => this.#streams.ofPost(messageId), failed }
  }

  /** Most sessions never have one. */
  get #streams(): SessionStreams {
    this.#opened ??= this.#openStreams()
    return this.#opened
  }

  #openStreams(): SessionStreams {
    const { streams, clock, resend, stale, isOwner } = this.#components
    const { address, claim, maxBodyBytes, key } = this.#init
    const ours = { isOwner: () => isOwner(this.#init), stale: () => stale(key) }
    return new SessionStreams(
      { ...streams, ...ours, clock, send: resend.send },
      { address, epoch: claim.epoch, isNew: this.#isNew, maxBodyBytes, isTold: this.#isTold }
    )
  }

  get #isTold(): boolean {
    return this.#init.store.read().revision >= FIRST_TOLD_TO_RETURN
  }

  #extra(exchange: PostExchange, context: ReceiveExtra): ReceiveExtra {
    if (!this.#isTold) return context
    return {
      ...context,
      closeSSEStream: () => exchange.close(),
      closeStandaloneSSEStream: () => void this.#streams.standalone.close().catch((error) => this.#unstored(error))
    }
  }

  #checkIds(requests: readonly JsonRpcRequest[]): void {
    const twice = requests.find(({ id }) => this.#pending.has(id))
    if (twice) throw new ScaledMcpError('DuplicateRequestId', String(twice.id))
  }

  #watch(work: Promise<void>, reply: Reply): void {
    work.catch((error) => this.#refuse(reply, errorHeaders(error)))
  }

  #unstored(error: unknown): void {
    this.#components.logger.warn({ err: error, address: this.#init.key }, 'an event was not stored')
  }

  /** Answers that nothing was done. */
  #refuse(reply: Reply | undefined, headers: Headers): void {
    if (reply) this.#components.resend.refuse(() => reply.end({ body: NOTHING, headers }))
  }

  #refusal(requests: number): ReplyStatus | undefined {
    if (this.#isDraining || this.#isStale) return 'draining'
    if (!this.#components.lease.isHeld) return 'busy' // N4: it may have ended while the store was asked
    return this.#pending.size + requests > this.#init.inFlight ? 'full' : undefined
  }

  #answered(id: JsonRpcId, exchange: PostExchange | undefined, text: string): void {
    this.#forget(id)
    exchange?.answer(id, text, this.#stored())
    if (!this.#init.store.exists) this.#components.refused(this.#init.key)
  }

  /** The first answer of a session tells the gateway that it is stored, and under which epoch. */
  #stored(): Headers | undefined {
    if (this.#isAnnounced || !this.#init.store.exists) return undefined
    this.#isAnnounced = true
    return { [header.epoch]: String(this.#init.claim.epoch) }
  }

  #cancel(id: JsonRpcId): void {
    const exchange = this.#pending.get(id)
    if (!exchange) return
    this.#forget(id)
    exchange.cancel(id)
  }

  #leavePending(): void {
    for (const id of this.#pending.keys()) {
      this.#pending.get(id)?.leave()
      this.#forget(id)
    }
  }

  #forget(id: JsonRpcId): void {
    this.#pending.delete(id)
    if (this.isIdle) this.#drained?.()
  }

  #checkRevision(named: string | undefined): void {
    const { revision } = this.#init.store.read()
    if (named !== revision) throw new ScaledMcpError('RevisionHeaderInvalid', `it is ${revision}`)
  }
}
