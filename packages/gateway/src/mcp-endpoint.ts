import { type Clock, systemClock } from '@scaled-mcp/actor'
import { Directory, leaseTimes, MemberView, RouteCache, Router } from '@scaled-mcp/cluster'
import { type Headers, header, readableId, ScaledMcpError, type Subjects } from '@scaled-mcp/contracts'
import type { Delivery, Mesh, Serving } from '@scaled-mcp/mesh'
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { classify } from './classify.ts'
import { errorBody, httpError, sendError } from './http-error.ts'
import { HttpGuard, type HttpGuardInit } from './http-guard.ts'
import { type JsonBody, parseJsonBody } from './json-body.ts'
import { OpenStreams } from './open-streams.ts'
import { SessionLane } from './session-lane.ts'
import { MESSAGES_PATH, SseLane } from './sse-lane.ts'

export interface McpEndpointOptions extends HttpGuardInit {
  /** The connection to the workers. */
  readonly mesh: Mesh
  readonly subjects: Subjects
  /** Where MCP is served. Default `/mcp`. */
  readonly path?: string
  /** Largest request body, in bytes. Default 524,288; never more than the mesh carries. */
  readonly bodyLimitBytes?: number
  /** How long a request is held while nobody can take it, in milliseconds. Default 30,000. */
  readonly holdMs?: number
  /** How long an answer may take, in milliseconds. Default one hour. */
  readonly requestMaxMs?: number
  /** Names of HTTP headers, in lower case, that a session's server may see. Default none. */
  readonly forwardHeaders?: readonly string[]
  /** Serve HTTP+SSE of 2024-11-05 as well, on `/sse` and `/messages`. Default false. */
  readonly sse?: boolean
  /** How long a worker may act after its last stored heartbeat, in milliseconds. Default 1,800. */
  readonly leaseMs?: number
  readonly clock?: Clock
}

const DEFAULT_LEASE_MS = 1_800
const DEFAULT_BODY_LIMIT_BYTES = 512 * 1024
const ENDED: Headers = { [header.status]: 'ended' }
const NOTHING = new Uint8Array()

/** MCP over HTTP at one path: checks each request, decides its lane, and hands it to the mesh. */
export class McpEndpoint {
  readonly #options: McpEndpointOptions
  readonly #guard: HttpGuard
  readonly #members: MemberView
  readonly #cache = new RouteCache()
  readonly #streams = new OpenStreams()
  readonly #router: Router
  readonly #lane: SessionLane
  readonly #sse: SseLane | undefined
  #serving: Serving | undefined

  constructor(options: McpEndpointOptions) {
    const { mesh, subjects, holdMs, requestMaxMs, leaseMs = DEFAULT_LEASE_MS, clock = systemClock } = options
    this.#options = options
    this.#guard = new HttpGuard(options)
    const unreadable = (key: string, error: unknown) => process.emitWarning(`member record ${key}: ${error}`)
    const { observeMs } = leaseTimes(leaseMs)
    this.#members = new MemberView({ members: mesh.records.members, clock, unreadable }, { freshMs: observeMs })
    const directory = new Directory({ entries: mesh.records.directory, members: this.#members, clock })
    const components = { wire: mesh.wire, subjects, directory, members: this.#members, cache: this.#cache, clock }
    this.#router = new Router({ ...components, random: Math.random }, { holdMs, requestMaxMs })
    const router = this.#router
    const forwardHeaders = options.forwardHeaders ?? []
    const shared = { router, cache: this.#cache, streams: this.#streams }
    this.#lane = new SessionLane(shared, { forwardHeaders })
    if (options.sse) this.#sse = new SseLane({ ...shared, directory, clock, sessions: this.#lane })
  }

  /** Requests being answered. */
  get inFlight(): number {
    return this.#lane.inFlight
  }

  /** Resolves when no request is being answered. */
  whenIdle(): Promise<void> {
    return this.#lane.whenIdle()
  }

  /** Whether requests can be routed: connected, and every member known. */
  get isReady(): boolean {
    return this.#options.mesh.wire.connected && this.#members.synced
  }

  /** Begins to follow members and owners. @throws StoreUnavailable. */
  async start(): Promise<void> {
    await this.#members.start()
    const { mesh, subjects } = this.#options
    await this.#cache.start(mesh.records.directory)
    this.#serving = mesh.wire.serve(subjects.control('gateway', mesh.process, 'reading'), (asked) =>
      this.#isRead(asked)
    )
  }

  /** Ends every open stream. */
  endStreams(): void {
    this.#lane.stopReading()
    this.#streams.endAll()
  }

  stop(): void {
    this.#serving?.stop()
    this.#router.stop()
    this.#members.stop()
    this.#cache.stop()
  }

  /** Adds the routes to `scope`, which should be a context of its own: body parsing and errors are MCP's here. */
  route(scope: FastifyInstance): void {
    const path = this.#options.path ?? '/mcp'
    const { bodyLimitBytes = DEFAULT_BODY_LIMIT_BYTES, mesh } = this.#options
    const bodyLimit = Math.min(bodyLimitBytes, mesh.wire.maxBodyBytes)
    scope.removeAllContentTypeParsers()
    scope.addContentTypeParser('application/json', { parseAs: 'buffer' }, (_request, body, done) => done(null, body))
    scope.addHook('onRequest', (request, _reply, done) => {
      this.#guard.check(request.headers)
      done()
    })
    scope.setErrorHandler((error: FastifyError, request, reply) => this.#failed(error, request, reply))
    scope.post(path, { bodyLimit }, (request, reply) => this.#post(request, reply))
    scope.get(path, { exposeHeadRoute: false }, (request, reply) => this.#lane.get(request, reply))
    scope.delete(path, async (request, reply) => {
      await this.#lane.end(request)
      return reply.code(200).send()
    })
    if (this.#sse) this.#routeSse(scope, this.#sse, bodyLimit)
    scope.route({
      method: ['HEAD', 'PUT', 'PATCH'],
      url: path,
      handler: (request, reply) => this.#methodNotAllowed(request, reply)
    })
  }

  #routeSse(scope: FastifyInstance, lane: SseLane, bodyLimit: number): void {
    scope.get('/sse', { exposeHeadRoute: false }, (request, reply) => lane.get(request, reply))
    scope.post(MESSAGES_PATH, { bodyLimit }, async (request, reply) => {
      const call = classify(this.#parse(request).value, {})
      if (call.lane === 'invalid') throw new ScaledMcpError(call.error)
      await lane.post(call.lane === 'session' && call.form === 'initialize', request, reply)
      return reply
    })
  }

  #post(request: FastifyRequest, reply: FastifyReply): void {
    const body = this.#parse(request)
    const call = classify(body.value, request.headers)
    if (call.lane === 'session') this.#lane.post(call, request, reply)
    else if (call.lane === 'invalid') throw new ScaledMcpError(call.error)
    else sendError(reply, { status: call.status, body: errorBody(readableId(body.value), call.error) })
  }

  #parse(request: FastifyRequest): JsonBody {
    if (!Buffer.isBuffer(request.body)) throw new ScaledMcpError('ContentTypeNotJson')
    const body = parseJsonBody(request.body)
    request.body = body
    return body
  }

  /** An owner asks whether a stream that it sends to still has a reader. */
  #isRead({ body, reply }: Delivery): void {
    const isRead = this.#streams.isRead(Buffer.from(body).toString())
    reply?.end(isRead ? { body: NOTHING } : { headers: ENDED, body: NOTHING })
  }

  #methodNotAllowed(request: FastifyRequest, reply: FastifyReply): void {
    sendError(reply, httpError(new ScaledMcpError('MethodNotAllowed', request.method), null))
  }

  #failed(error: FastifyError, request: FastifyRequest, reply: FastifyReply): void {
    // The client has gone in the middle of its body: nobody is left to answer, and nothing is wrong here.
    if (request.raw.destroyed && !request.raw.complete) return void reply.hijack()
    const known = fromFastify(error)
    if (!(known instanceof ScaledMcpError)) request.log.error({ err: error }, 'unexpected error')
    sendError(reply, httpError(known, readableId((request.body as Partial<JsonBody> | undefined)?.value)))
  }
}

/** Fastify's own refusals in the registry's words. */
function fromFastify(error: FastifyError): Error {
  if (error.code === 'FST_ERR_CTP_INVALID_MEDIA_TYPE') return new ScaledMcpError('ContentTypeNotJson')
  if (error.code === 'FST_ERR_CTP_BODY_TOO_LARGE') return new ScaledMcpError('BodyTooLarge')
  return error
}
