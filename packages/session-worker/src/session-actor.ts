/**
 * The actor of one client's session: messages of the client in, messages of its MCP server out.
 *
 * N1  Handlers run side by side; the actor's turn only starts them, so that one slow tool holds up nothing.
 * N2  A notification or a response is acknowledged once the server has taken it (HTTP 202 must not precede that).
 * N3  While it drains, new requests are refused unstarted; what running ones still need goes through.
 * N4  Nothing is handled and nothing is sent while the lease is not held.
 * N5  Who asks again for what may have run, or for the rest of a stream, is served as {@link ReturningClients} says.
 * N6  Once another worker owns the session, nothing that happens here reaches the client as an answer.
 * N7  Each message of the server goes to exactly one stream: its request's while that is in flight, else the standalone
 *     one (MCP 2025-11-25, Transports, "Multiple Connections").
 * N8  What other actors tell the session is handled as {@link Hearing} says.
 */
import { Actor, type Clock } from '@scaled-mcp/actor'
import type { Lease } from '@scaled-mcp/cluster'
import {
  clientQuirks,
  errorHeaders,
  type Headers,
  header,
  type JsonRpcId,
  type JsonRpcRequest,
  type ReplyStatus,
  rulesOf,
  ScaledMcpError
} from '@scaled-mcp/contracts'
import type { Delivery, Reply } from '@scaled-mcp/mesh'
import type {
  ActorsOf,
  Logger,
  Outgoing,
  Outlet,
  ReceiveExtra,
  ServerDefinition,
  SessionFields
} from '@scaled-mcp/server'
import type { Owned } from './claims.ts'
import { type ClientPost, clientPost, requestContext } from './client-message.ts'
import type { Exchange } from './exchange.ts'
import { Hearing } from './hearing.ts'
import { OpenExchanges } from './open-exchanges.ts'
import type { OwnedRecord } from './owned-record.ts'
import { PostExchange, type PostExchangeComponents } from './post-exchange.ts'
import type { Resend } from './resend.ts'
import { type Asked, ReturningClients } from './returning-clients.ts'
import type { ServedSession, ServeSession } from './serve-session.ts'
import { SessionStreams, type SessionStreamsComponents } from './session-streams.ts'
import { SsePosts } from './sse-posts.ts'

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
  /** The actors of the cluster, for a session's server. */
  readonly actorsOf: ActorsOf
  /** Whether the directory still names this owner. */
  readonly isOwner: (owned: Owned) => Promise<boolean>
  /** Told once that a later owner has written: the session is not here any more. */
  readonly stale: (key: string) => void
}

export interface SessionActorInit extends Owned {
  /** `addressKey` of the session. */
  readonly key: string
  readonly store: OwnedRecord<SessionFields>
  /** Requests in flight at once; more are refused. */
  readonly inFlight: number
  /** How long an answer may take before its request becomes a stream, in milliseconds. */
  readonly decideMs: number
  /** How long running requests may take to finish once it drains, in milliseconds. */
  readonly graceMs: number
  /** Largest body of one stored event, in bytes. */
  readonly maxBodyBytes: number
}

const NOTHING = new Uint8Array()

export class SessionActor extends Actor<Delivery, void> implements Outlet {
  readonly #components: SessionActorComponents
  readonly #init: SessionActorInit
  readonly #server: ServedSession
  readonly #exchanges = new OpenExchanges()
  readonly #isNew: boolean
  #opened: SessionStreams | undefined
  #hearing: Hearing | undefined
  #isAnnounced = false
  #isDraining = false
  #isStale = false
  #usedAt: number

  constructor(components: SessionActorComponents, init: SessionActorInit) {
    super()
    const { definition, logger, serve, actorsOf } = components
    const { store, address, claim } = init
    this.#components = components
    this.#init = init
    this.#isNew = !store.exists
    this.#usedAt = components.clock.monotonic()
    const parts = { definition, outlet: this, record: store, logger, actorsOf }
    this.#server = serve(parts, { id: address.id, epoch: claim.epoch })
  }

  /** Whether nothing is being handled. */
  get isIdle(): boolean {
    return this.#exchanges.size === 0 && (this.#hearing?.isIdle ?? true)
  }

  /** Whether nothing is in flight, nobody is coming back, and nobody listens to what its server may say. */
  get isUnused(): boolean {
    const { standalone, turns } = this.#opened ?? {}
    return this.isIdle && !turns?.areTaken && standalone?.reader === undefined
  }

  /** Whether the client has said that it is ready. */
  get isInitialized(): boolean {
    return this.#server.isInitialized
  }

  /** When a client or an actor last sent something, on the monotonic clock, in milliseconds. */
  get usedAt(): number {
    return this.#usedAt
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
    this.#usedAt = this.#components.clock.monotonic()
    if (!this.#components.lease.isHeld) {
      this.#refuse(reply, { [header.status]: 'busy' }) // N4
      return
    }
    try {
      if (headers?.[header.revision] !== undefined) this.#checkRevision(headers[header.revision])
      const verb = headers?.[header.verb]
      if (verb === 'listen' || verb === 'resume') this.#read(verb, delivery)
      else if (verb === 'tell') this.#hear(delivery)
      else this.#post(delivery)
    } catch (error) {
      this.#refuse(reply, errorHeaders(error))
    }
  }

  /** Tells every running handler to give up, and its asker that it was interrupted: this worker may not act for now. */
  suspend(): void {
    for (const id of this.#exchanges.ids()) {
      this.#server.receive({ jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: id } })
    }
    this.#exchanges.leave()
  }

  /** Refuses new requests, and resolves once the running ones have finished or the grace is over. */
  async drain(): Promise<void> {
    this.#isDraining = true // N3
    if (this.isIdle) return
    await new Promise<void>((resolve) => {
      const timer = this.#components.clock.after(this.#init.graceMs, resolve)
      void Promise.all([this.#exchanges.whenIdle(), this.#hearing?.whenIdle()]).then(() => {
        timer.cancel()
        resolve()
      })
    })
  }

  override async stop(): Promise<void> {
    this.#isDraining = true // what still asks the store must not begin anything afterwards
    if (this.#isStale) await this.#server.close()
    else await this.#server.passivate()
    this.#exchanges.leave()
    this.#hearing?.leave()
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
    const exchange = relatedRequestId === undefined ? undefined : this.#exchanges.get(relatedRequestId)
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
    if (first === undefined) this.#ask(asked)
    else this.#watch(this.#returning().secondAttempt(asked, headers?.[header.event]), reply) // N5
  }

  /** Most sessions are never told anything (N8). */
  #hear(delivery: Delivery): void {
    const { resend } = this.#components
    const refusal = () => this.#refusal(0)
    this.#hearing ??= new Hearing({ server: this.#server, resend, refusal }, { max: this.#init.inFlight })
    this.#hearing.take(delivery)
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

  /** Begins what has not run (N1). @throws ScaledMcpError `DuplicateRequestId`, `InvalidMessage`. */
  #ask(asked: Asked): void {
    const { post, body, context, reply, messageId } = asked
    const { requests, isBatch } = post
    this.#assertFits(requests.length)
    const refusal = this.#refusal(requests.length)
    if (refusal) {
      this.#refuse(reply, { [header.status]: refusal })
      return
    }
    this.#exchanges.assertNew(requests)
    if (this.#isSse) {
      this.#ssePosts().accept(asked)
      return
    }
    const ids = requests.map(({ id }) => id)
    const init = { messageId, body, isBatch, ids, decideMs: this.#decideMs(post) }
    this.#begin(new PostExchange(this.#parts(), init, reply), post, context)
  }

  #begin(exchange: Exchange, post: ClientPost, context: ReceiveExtra): void {
    this.#exchanges.add(exchange)
    if (post.isBatch) this.#tell(post, context)
    for (const request of post.requests) this.#handle(request, exchange, context)
  }

  /** The session's id is in a header of the HTTP answer, which a stream would have sent before anybody knows it. */
  #decideMs({ requests }: ClientPost): number | undefined {
    return requests[0]?.method === 'initialize' ? undefined : this.#init.decideMs
  }

  get #isSse(): boolean {
    return this.#init.store.read().transport === 'sse'
  }

  #handle(request: JsonRpcRequest, exchange: Exchange, context: ReceiveExtra): void {
    try {
      this.#server.receive(request, this.#isTold ? this.#closable(exchange, context) : context)
    } catch (error) {
      this.#exchanges.forget(request.id)
      exchange.fail(request.id, error)
    }
  }

  /** Somebody wants to read a stream: the standalone one from now on, or any from an event that they have seen. */
  #read(verb: 'listen' | 'resume', { headers, reply }: Delivery): void {
    if (!reply) throw new ScaledMcpError('InvalidMessage', 'an event stream needs somewhere to go')
    const seen = headers?.[header.event] ?? ''
    if (this.#isDraining || this.#isStale) this.#refuse(reply, { [header.status]: 'draining' })
    else if (verb === 'listen') this.#watch(this.#returning().listen(reply), reply)
    else this.#watch(this.#returning().resume(seen, requestContext(headers), reply), reply) // N5
  }

  #ssePosts(): SsePosts {
    return new SsePosts({
      exchanges: this.#exchanges,
      streams: this.#streams,
      parts: this.#parts(),
      begin: (exchange, { post, context }) => this.#begin(exchange, post, context),
      stored: () => this.#stored()
    })
  }

  #returning(): ReturningClients {
    return new ReturningClients({
      server: this.#server,
      exchanges: this.#exchanges,
      streams: this.#streams,
      parts: this.#parts(),
      sse: this.#isSse ? this.#ssePosts() : undefined,
      isNew: this.#isNew,
      revision: this.#init.store.read().revision,
      refusal: (requests) => this.#refusal(requests),
      ask: (asked) => this.#ask(asked),
      handle: (request, exchange, context) => this.#handle(request, exchange, context),
      answer: ({ id }, exchange, text) => this.#answered(id, exchange, text),
      refuse: (reply, headers) => this.#refuse(reply, headers)
    })
  }

  /** Made for each exchange: what every session kept would add up. */
  #parts(): PostExchangeComponents {
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

  /** Whether the client understands that it is told to come back. */
  get #isTold(): boolean {
    return rulesOf(this.#init.store.read().revision).primes
  }

  #closable(exchange: Exchange, context: ReceiveExtra): ReceiveExtra {
    return {
      ...context,
      closeSSEStream: () => exchange.close(),
      closeStandaloneSSEStream: () => void this.#streams.standalone.close().catch((error) => this.#unstored(error))
    }
  }

  #watch(work: Promise<void>, reply: Reply | undefined): void {
    work.catch((error) => this.#refuse(reply, errorHeaders(error)))
  }

  #unstored(error: unknown): void {
    this.#components.logger.warn({ err: error, address: this.#init.key }, 'an event was not stored')
  }

  /** Answers that nothing was done. */
  #refuse(reply: Reply | undefined, headers: Headers): void {
    if (reply) this.#components.resend.refuse(() => reply.end({ body: NOTHING, headers }))
  }

  /** More than may ever be in flight is no matter of waiting. @throws ScaledMcpError `InvalidMessage`. */
  #assertFits(requests: number): void {
    const { inFlight } = this.#init
    if (requests <= inFlight) return
    throw new ScaledMcpError('InvalidMessage', `a batch of ${requests} requests; ${inFlight} may be in flight`)
  }

  #refusal(requests: number): ReplyStatus | undefined {
    if (this.#isDraining || this.#isStale) return 'draining'
    if (!this.#components.lease.isHeld) return 'busy' // N4: it may have ended while the store was asked
    return this.#exchanges.size + requests > this.#init.inFlight ? 'full' : undefined
  }

  #answered(id: JsonRpcId, exchange: Exchange | undefined, text: string): void {
    this.#exchanges.forget(id)
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
    const exchange = this.#exchanges.get(id)
    if (!exchange) return
    this.#exchanges.forget(id)
    exchange.cancel(id)
  }

  /** Clients of HTTP+SSE name none, or the newest they know. */
  #checkRevision(named: string | undefined): void {
    const { revision, transport } = this.#init.store.read()
    if (transport === 'sse') return
    if (named === revision || named === clientQuirks.namedAnyway.value) return
    throw new ScaledMcpError('RevisionHeaderInvalid', `it is ${revision}`)
  }
}
