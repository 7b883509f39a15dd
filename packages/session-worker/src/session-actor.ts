/**
 * The actor of one client's session: messages of the client in, messages of its MCP server out.
 *
 * N1  Handlers run side by side; the actor's turn only starts them, so that one slow tool holds up nothing.
 * N2  A notification or a response is acknowledged once the server has taken it (HTTP 202 must not precede that).
 * N3  While it drains, new requests are refused unstarted; what running ones still need goes through.
 * N4  Nothing is handled and nothing is sent while the lease is not held.
 * N5  A second attempt joins the first where that still runs; else it runs only when running twice does no harm.
 * N6  Once another worker owns the session, nothing that happens here reaches the client as an answer.
 */
import { Actor, type Clock } from '@scaled-mcp/actor'
import type { Lease } from '@scaled-mcp/cluster'
import {
  errorHeaders,
  type Headers,
  header,
  type JsonRpcId,
  type JsonRpcMessage,
  type JsonRpcRequest,
  type ReplyStatus,
  ScaledMcpError
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
import { clientMessage, requestContext } from './client-message.ts'
import { PendingRequest } from './pending-request.ts'
import type { Resend } from './resend.ts'
import type { ServedSession, ServeSession } from './serve-session.ts'
import type { SessionStore } from './session-store.ts'

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
}

export interface SessionActorInit {
  /** `addressKey` of the session. */
  readonly key: string
  readonly store: SessionStore
  /** The id of the session's address. */
  readonly id: string
  readonly epoch: number
  /** Requests in flight at once; more are refused. */
  readonly inFlight: number
  /** How long an answer may take before its request becomes a stream, in milliseconds. */
  readonly decideMs: number
  /** How long running requests may take to finish once it drains, in milliseconds. */
  readonly graceMs: number
}

/** A request, and whom to answer. */
interface Asked {
  readonly extra: ReceiveExtra
  readonly reply: Reply
  /** The id of its first attempt. */
  readonly messageId: string
}

const NOTHING = new Uint8Array()
const INTERRUPTED: Headers = { [header.status]: 'interrupted' }

export class SessionActor extends Actor<Delivery, void> implements Outlet {
  readonly #components: SessionActorComponents
  readonly #init: SessionActorInit
  readonly #server: ServedSession
  readonly #pending = new SparseMap<JsonRpcId, PendingRequest>()
  #isAnnounced = false
  #isDraining = false
  #isStale = false
  #drained: (() => void) | undefined

  constructor(components: SessionActorComponents, init: SessionActorInit) {
    super()
    const { definition, logger, serve } = components
    this.#components = components
    this.#init = init
    this.#server = serve({ definition, outlet: this, record: init.store, logger }, init)
  }

  /** A session that lived before is rebuilt from its record; a new one waits for its `initialize`. */
  override async start(): Promise<void> {
    if (this.#init.store.exists) await this.#server.restore()
    else await this.#server.start()
  }

  override receive(delivery: Delivery): void {
    const { body, headers, reply } = delivery
    if (!this.#components.lease.isHeld) {
      this.#refuse(reply, { [header.status]: 'busy' }) // N4
      return
    }
    try {
      if (headers?.[header.revision] !== undefined) this.#checkRevision(headers[header.revision])
      this.#handle(clientMessage(body), delivery)
    } catch (error) {
      this.#refuse(reply, errorHeaders(error))
    }
  }

  /** Tells every running handler to give up, and its asker that it was interrupted: this worker may not act for now. */
  suspend(): void {
    for (const id of this.#pending.keys()) {
      this.#server.receive({ jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: id } })
      this.#interrupt(id)
    }
  }

  /** Refuses new requests, and resolves once the running ones have finished or the grace is over. */
  async drain(): Promise<void> {
    this.#isDraining = true // N3
    if (this.#pending.size === 0) return
    await new Promise<void>((resolve) => {
      const timer = this.#components.clock.after(this.#init.graceMs, resolve)
      this.#drained = () => {
        timer.cancel()
        resolve()
      }
    })
  }

  override async stop(): Promise<void> {
    if (this.#isStale) await this.#server.close()
    else await this.#server.passivate()
    for (const id of this.#pending.keys()) this.#interrupt(id)
  }

  /** Another worker owns the session: nothing may be stored any more. */
  abandon(): void {
    this.#isStale = true
  }

  /** What the server sends, on its way to the client. */
  send({ text, message, relatedRequestId }: Outgoing): void {
    if (this.#isStale) return // N6: `stop` tells the askers that they were interrupted
    const pending = relatedRequestId === undefined ? undefined : this.#pending.get(relatedRequestId)
    if (!pending) this.#dropStandalone(message)
    else if ('method' in message) pending.message(Buffer.from(text))
    else this.#finish(relatedRequestId as JsonRpcId, pending, text)
  }

  #handle(message: JsonRpcMessage, { headers, reply }: Delivery): void {
    const extra = requestContext(headers)
    if ('method' in message && 'id' in message) {
      if (!reply) throw new ScaledMcpError('InvalidMessage', 'a request needs somewhere to answer to')
      const first = headers?.[header.messageId]
      if (first === undefined) this.#request(message, { extra, reply, messageId: reply.id })
      else this.#secondAttempt(message, { extra, reply, messageId: first })
      return
    }
    this.#server.receive(message, extra)
    if ('method' in message && message.method === 'notifications/cancelled') {
      this.#cancel(message.params?.['requestId'] as JsonRpcId)
    }
    if (reply) this.#components.resend.send(() => reply.end({ body: NOTHING, headers: this.#stored() })) // N2
  }

  /** N5 */
  #secondAttempt(request: JsonRpcRequest, asked: Asked): void {
    const pending = this.#pending.get(request.id)
    if (pending?.messageId === asked.messageId) {
      pending.join(asked.reply)
      return
    }
    this.#server.deliveryClass(request).then(
      (deliveryClass) => {
        if (deliveryClass === 'once') this.#refuse(asked.reply, INTERRUPTED)
        else this.#request(request, asked)
      },
      (error) => this.#refuse(asked.reply, errorHeaders(error))
    )
  }

  #request(request: JsonRpcRequest, { extra, reply, messageId }: Asked): void {
    const refusal = this.#refusal()
    if (refusal) {
      this.#refuse(reply, { [header.status]: refusal })
      return
    }
    const { clock, resend } = this.#components
    // The session's id is in a header of the HTTP answer, which a stream would have sent before anybody knows it.
    const decideMs = request.method === 'initialize' ? undefined : this.#init.decideMs
    const pending = new PendingRequest({ reply, messageId, clock, decideMs, send: resend.send })
    const before = this.#pending.get(request.id)
    this.#pending.set(request.id, pending)
    try {
      this.#server.receive(request, extra) // N1
    } catch (error) {
      if (before) this.#pending.set(request.id, before)
      else this.#pending.delete(request.id)
      pending.answer(NOTHING, errorHeaders(error))
    }
  }

  /** Answers that nothing was done. */
  #refuse(reply: Reply | undefined, headers: Headers): void {
    if (reply) this.#components.resend.refuse(() => reply.end({ body: NOTHING, headers }))
  }

  #refusal(): ReplyStatus | undefined {
    if (this.#isDraining || this.#isStale) return 'draining'
    return this.#pending.size >= this.#init.inFlight ? 'full' : undefined
  }

  #finish(id: JsonRpcId, pending: PendingRequest, text: string): void {
    this.#forget(id)
    pending.answer(Buffer.from(text), this.#stored())
    if (!this.#init.store.exists) this.#components.refused(this.#init.key)
  }

  /** The first answer of a session tells the gateway that it is stored, and under which epoch. */
  #stored(): Headers | undefined {
    if (this.#isAnnounced || !this.#init.store.exists) return undefined
    this.#isAnnounced = true
    return { [header.epoch]: String(this.#init.epoch) }
  }

  #cancel(id: JsonRpcId): void {
    const pending = this.#pending.get(id)
    if (!pending) return
    this.#forget(id)
    pending.cancel()
  }

  #interrupt(id: JsonRpcId): void {
    this.#pending.get(id)?.answer(NOTHING, INTERRUPTED)
    this.#forget(id)
  }

  #forget(id: JsonRpcId): void {
    this.#pending.delete(id)
    if (this.#pending.size === 0) this.#drained?.()
  }

  /** The standalone stream is not served yet: what belongs on it has nowhere to go (README, "What is not there yet"). */
  #dropStandalone(message: JsonRpcMessage): void {
    const method = 'method' in message ? message.method : undefined
    this.#components.logger.debug({ sid: this.#init.id, method }, 'message without a stream dropped')
  }

  #checkRevision(named: string | undefined): void {
    const { revision } = this.#init.store.read()
    if (named !== revision) throw new ScaledMcpError('RevisionHeaderInvalid', `it is ${revision}`)
  }
}
