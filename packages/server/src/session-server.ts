/**
 * One SDK server hosted for one session: creates it with the session's context, connects it, restores it, closes it.
 *
 * H1  A server object serves one session only: sharing one would leak answers across clients (CVE-2026-25536).
 * H2  Nothing of the client reaches a restored server before it is what the former one was.
 */
import {
  frozenJson,
  type JsonRpcId,
  type JsonRpcMessage,
  type JsonRpcRequest,
  ScaledMcpError
} from '@scaled-mcp/contracts'
import { type ActorsOf, noActors } from './actors.ts'
import type { ClientInfo, Principal, StatefulContext } from './context.ts'
import type { ServerDefinition } from './definition.ts'
import { type DeliveryClass, deliveryClassOf } from './delivery-class.ts'
import { HostedContext } from './hosted-context.ts'
import { HostedSession } from './hosted-session.ts'
import type { Logger } from './logger.ts'
import type { Outlet } from './outlet.ts'
import { extraForV1, extraForV2, type ReceiveExtra } from './receive-extra.ts'
import { replay } from './replay.ts'
import { isSdkServer, isV2, lowLevel, type SdkServer } from './sdk-server.ts'
import type { SessionRecordPort } from './session-record.ts'
import { RecordedState } from './session-state.ts'
import { SessionTransport } from './session-transport.ts'
import { shareValidator } from './shared-validator.ts'
import type { SparseMap } from './sparse-map.ts'

/** What a {@link SessionServer} needs of the worker. */
export interface SessionServerComponents {
  readonly definition: ServerDefinition
  readonly outlet: Outlet
  readonly record: SessionRecordPort
  readonly logger: Logger
  /** The actors of the cluster. Default: none. */
  readonly actorsOf?: ActorsOf
}

/** What a {@link SessionServer} is told of its session. */
export interface SessionServerInit {
  /** The id of the session's address, the same on every worker; the SDK server sees it as its session id. */
  readonly id: string
  /** Of this owner; part of every id the server gives to its own requests. */
  readonly epoch: number
  readonly principal?: Principal | undefined
}

const hosted = new WeakSet<SdkServer>()

/** Hosts the server of one session. Lives from {@link start} or {@link restore} to {@link passivate} or {@link close}. */
export class SessionServer {
  readonly #components: SessionServerComponents
  readonly #init: SessionServerInit
  readonly #transport: SessionTransport
  readonly #abort = new AbortController()
  #session: HostedSession | undefined
  #server: SdkServer | undefined
  #extra = extraForV1
  #asked = 0
  #closing: Promise<void> | undefined

  constructor(components: SessionServerComponents, init: SessionServerInit) {
    this.#components = components
    this.#init = init
    this.#transport = new SessionTransport(components, init)
  }

  /** The client's requests that have no answer yet; a cancelled one is not among them. */
  get inFlight(): Pick<SparseMap<JsonRpcId, JsonRpcRequest>, 'size' | 'keys'> {
    return this.#transport.inFlight
  }

  /** Whether the client has said that it is ready, or has used the session before it was restored. */
  get isInitialized(): boolean {
    return this.#transport.isInitialized
  }

  /**
   * Of a new session: creates the server and connects it; `initialize` then comes through {@link receive}.
   * Rejects with `ServerFailed`, or what the session's state or record refused.
   */
  start(): Promise<void> {
    return failing(() => this.#open())
  }

  /**
   * Of a session that lived before: creates the server and says to it what the record says, unseen by the client.
   * As slow as the server's own handlers; rejects as {@link start} does.
   */
  restore(): Promise<void> {
    return failing(() => this.#restore())
  }

  /**
   * Hands a message of the client to the server and returns at once; what the server says comes through the outlet.
   * @throws ScaledMcpError `DuplicateRequestId`, `AlreadyInitialized` or `InvalidMessage`; nothing ran then.
   */
  receive(message: JsonRpcMessage, extra: ReceiveExtra = {}): void {
    this.#transport.receive(message, this.#extra(extra))
  }

  /** Gives the author what another actor has told the session. Rejects with `ActorFailed` when they do not listen. */
  async hear(message: unknown): Promise<void> {
    await this.#session?.hear(message, this.#components.logger)
  }

  /** Whether `request` may be handled although it may have been handled before; asks the server about its tools. */
  deliveryClass(request: JsonRpcRequest): Promise<DeliveryClass> {
    return deliveryClassOf(request, (method, params) => {
      const id = `scaled-mcp/host/${++this.#asked}`
      return this.#transport.ask({ jsonrpc: '2.0', id, method, params })
    })
  }

  /** The session leaves this worker to be restored later: stores the author's snapshot, then closes. Never rejects. */
  async passivate(): Promise<void> {
    try {
      const snapshot = this.#session?.snapshot()
      if (snapshot !== undefined) await this.#components.record.write({ snapshot: frozenJson(snapshot) })
    } catch (error) {
      this.#components.logger.error({ error, session: this.#init.id }, 'the snapshot of the session was not stored')
    }
    await this.close()
  }

  /** The session is over here: runs the author's hooks, aborts handlers, closes the server. Idempotent, never rejects. */
  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  async #open(): Promise<HostedSession> {
    const { definition, logger } = this.#components
    const session = this.#newSession(definition)
    this.#session = session
    const server: unknown = await definition.create(this.#context(session))
    if (!isSdkServer(server)) throw new ScaledMcpError('ServerFailed', 'create did not return an MCP server')
    if (hosted.has(server)) throw new ScaledMcpError('ServerFailed', 'create returned the same server twice') // H1
    hosted.add(server)
    if (this.#closing) await server.close()
    if (this.#closing) throw new ScaledMcpError('ServerFailed', 'the session ended while it was created')
    this.#server = server
    this.#extra = isV2(server) ? extraForV2 : extraForV1
    shareValidator(server)
    this.#listen(server)
    await server.connect(this.#transport as never)
    logger.debug({ session: this.#init.id, epoch: this.#init.epoch }, 'the MCP server of the session is connected')
    return session
  }

  async #restore(): Promise<void> {
    const session = await this.#open()
    const { record, logger } = this.#components
    const fields = record.read()
    const refused = await replay(fields, this.#transport) // H2
    if (refused.length > 0) {
      logger.warn({ session: session.id, uris: refused }, 'the restored server refused subscriptions of the session')
      await record.write({ subscriptions: fields.subscriptions.filter((uri) => !refused.includes(uri)) })
    }
    await session.restore(fields.snapshot)
  }

  async #close(): Promise<void> {
    const { logger } = this.#components
    await this.#session?.passivate(logger)
    this.#abort.abort()
    try {
      await this.#server?.close()
    } catch (error) {
      logger.error({ error, session: this.#init.id }, 'the MCP server did not close')
    }
    await this.#transport.close()
  }

  #newSession({ state }: ServerDefinition): HostedSession {
    return new HostedSession(this.#init.id, state && new RecordedState(this.#components.record, state))
  }

  #context(session: HostedSession): StatefulContext<unknown> {
    const { record, logger, actorsOf = () => noActors } = this.#components
    const clientInfo = record.read().initialize['clientInfo'] as ClientInfo | undefined
    return new HostedContext({ principal: this.#init.principal, clientInfo, logger, actorsOf, session }, this.#abort)
  }

  #listen(server: SdkServer): void {
    const low = lowLevel(server)
    const authors = low.onerror
    low.onerror = (error) => {
      this.#transport.reported(error)
      authors?.call(low, error)
    }
  }
}

async function failing(work: () => Promise<unknown>): Promise<void> {
  try {
    await work()
  } catch (error) {
    throw asOurs(error)
  }
}

/** What user code throws becomes `ServerFailed`; our own errors stay what they are. */
function asOurs(cause: unknown): ScaledMcpError {
  if (cause instanceof ScaledMcpError) return cause
  return new ScaledMcpError('ServerFailed', cause instanceof Error ? cause.message : String(cause), { cause })
}
