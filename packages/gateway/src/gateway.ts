/**
 * The gateway service: the MCP endpoint in an HTTP server of its own, with health, and a member of the cluster.
 *
 * G1  It keeps nothing worth saving: killing it costs its clients a reconnect, never a session.
 * G2  Without authentication it listens on loopback only, unless the operator says otherwise in so many words.
 */
import type { AddressInfo } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import cors from '@fastify/cors'
import { type Clock, systemClock } from '@scaled-mcp/actor'
import { leaseTimes, Membership } from '@scaled-mcp/cluster'
import { hasCode, ScaledMcpError, type Subjects } from '@scaled-mcp/contracts'
import type { Announcement, Mesh } from '@scaled-mcp/mesh'
import Fastify, { type FastifyBaseLogger, type FastifyInstance, LogController } from 'fastify'
import { answerClientError } from './client-error.ts'
import { HttpGuard } from './http-guard.ts'
import { McpEndpoint, type McpEndpointOptions } from './mcp-endpoint.ts'

export interface GatewayComponents {
  readonly mesh: Mesh
  readonly subjects: Subjects
  readonly logger: FastifyBaseLogger
  /** Of the cluster, not of the sockets: those have the machine's time. Default: the machine's time. */
  readonly clock?: Clock
}

export interface GatewayInit extends Omit<McpEndpointOptions, 'mesh' | 'subjects' | 'isLoopback' | 'clock'> {
  /** Address to listen on. Anything but loopback needs {@link insecureNoAuth}. */
  readonly host: string
  /** Port to listen on; 0 takes any free one. */
  readonly port: number
  /** Serve without authentication on an address that others can reach. */
  readonly insecureNoAuth: boolean
  /** Whether a proxy's `X-Forwarded-*` headers are believed. */
  readonly trustProxy: boolean
  /** Connections open at once; more are refused. */
  readonly maxConnections: number
  /** How long it still serves after it has said that it is not ready, in milliseconds: a balancer's time to notice. */
  readonly leaveMs: number
  /** How long requests being answered may take to finish after that, in milliseconds. */
  readonly graceMs: number
  readonly hostName: string
  readonly build: string
  /** How long a worker may act after its last stored heartbeat, in milliseconds. */
  readonly leaseMs: number
}

/** A connection may become idle while the server closes, and nobody would look at it again. */
const CLOSE_IDLE_MS = 50
/** How long ended answers may take to reach their clients. */
const CLOSE_ALL_MS = 2_000
const LOOPBACK = new Set(['127.0.0.1', '::1', 'localhost'])

export class Gateway {
  readonly #app: FastifyInstance
  readonly #endpoint: McpEndpoint
  readonly #membership: Membership
  readonly #init: GatewayInit
  #announcement: Announcement | undefined
  #isLeaving = false

  private constructor(components: GatewayComponents, init: GatewayInit) {
    const { mesh, subjects, logger, clock = systemClock } = components
    const isLoopback = LOOPBACK.has(init.host)
    this.#init = init
    this.#endpoint = new McpEndpoint({ ...init, mesh, subjects, isLoopback, clock })
    this.#membership = membershipOf({ ...components, clock }, init, () => this.#endpoint.inFlight)
    this.#app = httpServer(init, logger)
    this.#app.server.maxConnections = init.maxConnections
    this.#app.register(cors, corsOptions(new HttpGuard({ ...init, isLoopback })))
    this.#app.register(async (scope) => this.#endpoint.route(scope))
    this.#app.addHook('preClose', async () => this.#endpoint.endStreams())
    this.#health()
  }

  /**
   * Starts to serve; resolves when the first client may come.
   * @throws ScaledMcpError `ConfigInvalid` (G2), `AddressInUse`, `StoreUnavailable`.
   */
  static async start(components: GatewayComponents, init: GatewayInit): Promise<Gateway> {
    if (!LOOPBACK.has(init.host)) checkExposed(init)
    const gateway = new Gateway(components, init)
    await gateway.#start(components)
    return gateway
  }

  /** Where it listens, without the path: `http://127.0.0.1:3000`. */
  get origin(): string {
    const { address, family, port } = this.#app.server.address() as AddressInfo
    return `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`
  }

  /** Where clients connect: `http://127.0.0.1:3000/mcp`. */
  get url(): string {
    return `${this.origin}${this.#init.path ?? '/mcp'}`
  }

  /** Says that it is not ready, waits for balancers to notice, then answers what it has and listens no more. */
  async drain(): Promise<void> {
    this.#isLeaving = true
    await this.#membership.drain()
    await delay(this.#init.leaveMs)
    await Promise.race([this.#endpoint.whenIdle(), delay(this.#init.graceMs, undefined, { ref: false })])
    await this.#close()
  }

  /** Leaves the cluster. Idempotent. */
  async stop(): Promise<void> {
    await this.#close()
    await this.#announcement?.stop()
    await this.#membership.leave()
    this.#endpoint.stop()
  }

  /** What is still connected by now is kept for a next request, or has had its time. */
  async #close(): Promise<void> {
    const { server } = this.#app
    const idle = setInterval(() => server.closeIdleConnections(), CLOSE_IDLE_MS)
    const all = setTimeout(() => server.closeAllConnections(), CLOSE_ALL_MS)
    try {
      await this.#app.close()
    } finally {
      clearInterval(idle)
      clearTimeout(all)
    }
  }

  /** Requests being answered. */
  get inFlight(): number {
    return this.#endpoint.inFlight
  }

  /** Whether a balancer should send clients here. */
  get isReady(): boolean {
    return !this.#isLeaving && this.#endpoint.isReady
  }

  async #start({ mesh }: GatewayComponents): Promise<void> {
    const { hostName, build } = this.#init
    await this.#endpoint.start()
    await this.#membership.join()
    const description = { id: mesh.process, role: 'gateway', build, host: hostName, pid: process.pid } as const
    this.#announcement = await mesh.services.announce(description, () => this.#endpoint.inFlight)
    try {
      await this.#app.listen({ host: this.#init.host, port: this.#init.port })
    } catch (error) {
      await this.stop()
      throw listenError(error, this.#init)
    }
  }

  #health(): void {
    const readiness = () => (this.isReady ? { code: 200, status: 'ready' } : { code: 503, status: 'not ready' })
    this.#app.get('/livez', () => ({ status: 'live' }))
    for (const path of ['/readyz', '/health']) {
      this.#app.get(path, (_request, reply) => {
        const { code, status } = readiness()
        return reply.code(code).send({ status })
      })
    }
  }
}

function membershipOf(
  { mesh, logger, clock }: GatewayComponents & { readonly clock: Clock },
  init: GatewayInit,
  load: () => number
): Membership {
  const missed = (error: unknown) => logger.warn({ err: error }, 'heartbeat not stored')
  const identity = {
    id: mesh.process,
    role: 'gateway',
    host: init.hostName,
    pid: process.pid,
    build: init.build
  } as const
  const times = leaseTimes(init.leaseMs)
  return new Membership({ members: mesh.records.members, clock, load, missed }, { ...identity, times })
}

/** Limits against slow and greedy senders; `requestTimeout` bounds receiving a request, not answering it. */
function httpServer({ trustProxy }: GatewayInit, loggerInstance: FastifyBaseLogger): FastifyInstance {
  return Fastify({
    loggerInstance,
    trustProxy,
    logController: new LogController({ disableRequestLogging: true }),
    // One per request would cost a tenth of the gateway's time, to number the one line that a request may log.
    childLoggerFactory: (logger) => logger,
    clientErrorHandler: answerClientError,
    requestTimeout: 30_000,
    keepAliveTimeout: 65_000,
    maxRequestsPerSocket: 1_000,
    http: {
      headersTimeout: 10_000,
      connectionsCheckingInterval: 5_000,
      maxHeaderSize: 16 * 1024,
      // A machine that has vanished is noticed between two keep-alive comments: while one of those waits for its
      // acknowledgement, TCP does not ask.
      keepAlive: true,
      keepAliveInitialDelay: 3_000
    }
  })
}

function corsOptions(guard: HttpGuard) {
  return {
    origin: (origin: string | undefined, done: (error: Error | null, allowed: boolean) => void) =>
      done(null, origin !== undefined && isAllowed(guard, origin)),
    methods: ['GET', 'POST', 'DELETE'],
    exposedHeaders: ['Mcp-Session-Id', 'WWW-Authenticate']
  }
}

function isAllowed(guard: HttpGuard, origin: string): boolean {
  try {
    guard.checkOrigin(origin)
    return true
  } catch (error) {
    if (hasCode(error, 'OriginNotAllowed')) return false
    throw error
  }
}

/** @throws ScaledMcpError `ConfigInvalid` when others could reach it and the operator has not said how that is safe. */
function checkExposed({ host, insecureNoAuth, allowedHosts }: GatewayInit): void {
  if (!insecureNoAuth) {
    const ways = 'listen on 127.0.0.1, or pass --insecure-no-auth (SCALED_MCP_AUTH_INSECURE_NO_AUTH=true)'
    const detail = `http.host ${host} can be reached by others and authentication is off; ${ways} behind something that authenticates`
    throw new ScaledMcpError('ConfigInvalid', detail)
  }
  if (allowedHosts.length === 0) {
    const detail = `http.host ${host} is not loopback and http.allowedHosts is empty, so every request would be refused; name the hosts that clients use (--http-allowed-hosts, SCALED_MCP_HTTP_ALLOWED_HOSTS)`
    throw new ScaledMcpError('ConfigInvalid', detail)
  }
}

function listenError(error: unknown, { host, port }: GatewayInit): unknown {
  if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') return error
  const detail = `${host}:${port}; set another http.port (--port, SCALED_MCP_HTTP_PORT)`
  return new ScaledMcpError('AddressInUse', detail, { cause: error })
}
