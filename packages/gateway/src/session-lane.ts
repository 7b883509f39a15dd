import type { Addressed, RouteCache, Router } from '@scaled-mcp/cluster'
import { type Headers, header, mintSessionId, readableId, ScaledMcpError } from '@scaled-mcp/contracts'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { requireBothForms, requireEventStream } from './accept.ts'
import type { SessionCall } from './classify.ts'
import type { JsonBody } from './json-body.ts'
import type { OpenStreams } from './open-streams.ts'
import { PostAnswer } from './post-answer.ts'
import { type SessionAddress, SessionAddresses } from './session-addresses.ts'
import { StreamReading } from './stream-reading.ts'

export interface SessionLaneComponents {
  readonly router: Router
  readonly cache: RouteCache
  readonly streams: OpenStreams
}

export interface SessionLaneInit {
  /** Names of HTTP headers, in lower case, that a session's server may see. */
  readonly forwardHeaders: readonly string[]
}

const NOTHING = new Uint8Array()

/** Serves the revisions with sessions: each session is an actor, and this finds it. */
export class SessionLane {
  readonly #components: SessionLaneComponents
  readonly #forwardHeaders: readonly string[]
  readonly #addresses = new SessionAddresses()
  readonly #readings = new Set<StreamReading>()
  #inFlight = 0
  #idle: (() => void) | undefined

  constructor(components: SessionLaneComponents, init: SessionLaneInit) {
    this.#components = components
    this.#forwardHeaders = init.forwardHeaders
  }

  /** Requests being answered. */
  get inFlight(): number {
    return this.#inFlight
  }

  /** Resolves when no request is being answered. */
  async whenIdle(): Promise<void> {
    if (this.#inFlight === 0) return
    await new Promise<void>((resolve) => {
      this.#idle = resolve
    })
  }

  /** Answers one POST of the session era. @throws ScaledMcpError of the checks of docs/protocol.md, in their order. */
  post(call: SessionCall, request: FastifyRequest, reply: FastifyReply): void {
    requireBothForms(request.headers.accept)
    const isNew = call.form === 'initialize' && request.headers['mcp-session-id'] === undefined
    if (isNew) this.#create(request, reply)
    else this.#forward(request, reply)
  }

  /**
   * Answers one GET: with what belongs to no request from now on, or with what followed `Last-Event-ID` on its stream.
   * @throws ScaledMcpError of the checks of docs/protocol.md, in their order.
   */
  get(request: FastifyRequest, reply: FastifyReply): void {
    requireEventStream(request.headers.accept)
    const { router, streams } = this.#components
    const { address, key } = this.#addresses.of(request.headers['mcp-session-id'])
    const revision = this.#unverified(key, request)
    const headers = { ...this.#context(request), ...revision, ...wanted(request.headers['last-event-id']) }
    const failed = (error: Error) => this.#logFailure(request, error)
    const over = (done: StreamReading) => this.#readings.delete(done)
    const reading = new StreamReading(reply, { streams, failed, over })
    this.#readings.add(reading)
    reading.from((receiver) => router.read({ address, key, body: NOTHING, headers }, receiver))
  }

  /** Ends every GET: this gateway leaves, and their clients come back to another one. */
  stopReading(): void {
    for (const reading of this.#readings) reading.stop()
  }

  /** Ends the session that the request names. Rejects with `SessionIdMissing` or `SessionNotFound`. */
  async end(request: FastifyRequest): Promise<void> {
    const { address, key } = this.#addresses.of(request.headers['mcp-session-id'])
    const message = { address, key, body: NOTHING, headers: { [header.verb]: 'end' } }
    await new Promise<void>((resolve, reject) => {
      this.#components.router.ask(message, {
        frame: () => resolve(),
        failed: reject
      })
    })
    this.#components.cache.forget(key)
  }

  #create(request: FastifyRequest, reply: FastifyReply): void {
    const answer = this.answer(request, reply)
    const mint = () => {
      const sessionId = mintSessionId()
      answer.offer(sessionId)
      return this.message(this.#addresses.of(sessionId), request)
    }
    this.#components.router.create(mint, answer)
  }

  #forward(request: FastifyRequest, reply: FastifyReply): void {
    const { router, cache } = this.#components
    const message = this.message(this.#addresses.of(request.headers['mcp-session-id']), request)
    const unverified = this.#unverified(message.key, request)
    if (!unverified) {
      router.ask(message, this.answer(request, reply))
    } else {
      const accepted = () => cache.verify(message.key, unverified[header.revision])
      router.ask({ ...message, headers: { ...message.headers, ...unverified } }, this.answer(request, reply, accepted))
    }
  }

  /** What the client says of its revision, for the worker to check; undefined when it says nothing new. */
  #unverified(key: string, { headers }: FastifyRequest): { readonly [header.revision]: string } | undefined {
    const revision = headers['mcp-protocol-version'] as string | undefined
    const isKnown = revision === undefined || this.#components.cache.get(key)?.revision === revision
    return isKnown ? undefined : { [header.revision]: revision }
  }

  /** What a POST says to the session at an address. */
  message({ address, key }: SessionAddress, request: FastifyRequest): Addressed {
    return { address, key, body: (request.body as JsonBody).bytes, headers: this.#context(request) }
  }

  /** Only what the operator lets through travels, and nothing when that is nothing: a header costs on every call. */
  #context({ headers, protocol, host, url }: FastifyRequest): Headers | undefined {
    if (this.#forwardHeaders.length === 0) return undefined
    const passed = this.#forwardHeaders.flatMap((name) => (headers[name] === undefined ? [] : [[name, headers[name]]]))
    if (passed.length === 0) return undefined
    const context = { url: `${protocol}://${host}${url}`, headers: Object.fromEntries(passed) }
    return { [header.context]: JSON.stringify(context) }
  }

  /** The way back for what a POST asks; it counts as in flight until it is answered. */
  answer(request: FastifyRequest, reply: FastifyReply, accepted?: () => void): PostAnswer {
    this.#inFlight++
    const done = (error: Error | undefined) => {
      if (--this.#inFlight === 0) this.#idle?.()
      if (error) this.#logFailure(request, error)
    }
    const id = readableId((request.body as JsonBody).value)
    return new PostAnswer(reply, { id, streams: this.#components.streams, accepted, done })
  }

  #logFailure({ log }: FastifyRequest, error: Error): void {
    log.info({ code: (error as { code?: string }).code, err: error }, 'request failed')
  }
}

/** What a GET wants of the session. @throws ScaledMcpError `EventUnknown` for what is no event id of anybody. */
function wanted(lastEventId: string | string[] | undefined): Headers {
  if (lastEventId === undefined || lastEventId === '') return { [header.verb]: 'listen' }
  const isText = typeof lastEventId === 'string' && /^[\x21-\x7e]{1,200}$/.test(lastEventId)
  if (!isText) throw new ScaledMcpError('EventUnknown', 'it is no visible ASCII of 200 characters at most')
  return { [header.verb]: 'resume', [header.event]: lastEventId }
}
