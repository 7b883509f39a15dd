/**
 * The transport of 2024-11-05, HTTP+SSE: a GET opens the session's one stream and says where to send messages; each message
 * is accepted there, and all answers come on the stream (MCP 2024-11-05, Transports, "HTTP with SSE").
 *
 * E1  Messages may come through another gateway than the one that holds the stream: the session's owner sends to that one,
 *     and whoever holds the stream finds the owner as soon as there is one.
 * E2  The session begins with the client's `initialize` and ends with its stream.
 */
import { type Clock, systemClock } from '@scaled-mcp/actor'
import type { Addressed, Directory, RouteCache, Router } from '@scaled-mcp/cluster'
import { header, mintSessionId } from '@scaled-mcp/contracts'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { EventStream } from './event-stream.ts'
import type { OpenStreams } from './open-streams.ts'
import { type SessionAddress, SessionAddresses } from './session-addresses.ts'
import type { SessionLane } from './session-lane.ts'
import { SseReading } from './sse-reading.ts'

export interface SseLaneComponents {
  readonly router: Router
  readonly cache: RouteCache
  readonly directory: Directory
  readonly streams: OpenStreams
  readonly sessions: SessionLane
  readonly clock?: Clock
}

/** Where messages go. */
export const MESSAGES_PATH = '/messages'
const NOTHING = new Uint8Array()

export class SseLane {
  readonly #components: SseLaneComponents
  readonly #addresses = new SessionAddresses()

  constructor(components: SseLaneComponents) {
    this.#components = components
  }

  /** Answers `GET /sse`. */
  get(request: FastifyRequest, reply: FastifyReply): void {
    const { router, cache, directory, streams, clock = systemClock } = this.#components
    const sessionId = mintSessionId()
    const { address, key } = this.#addresses.of(sessionId)
    reply.hijack()
    const stream = new EventStream(reply.raw, reply.getHeaders())
    const read = { address, key, body: NOTHING, headers: { [header.verb]: 'listen' } }
    const end = { address, key, body: NOTHING, headers: { [header.verb]: 'end' } }
    const reading = new SseReading({ router, cache, directory, stream, clock }, { read, end, log: request.log })
    streams.add(stream, () => reading.questionId)
    stream.endpoint(`${MESSAGES_PATH}?sessionId=${sessionId}`)
    reading.start() // E1
  }

  /** Answers `POST /messages?sessionId=…`. Rejects with `SessionIdMissing` or `SessionNotFound`. */
  async post(isInitialize: boolean, request: FastifyRequest, reply: FastifyReply): Promise<void> {
    const { router, sessions } = this.#components
    const session = this.#addresses.of((request.query as { readonly sessionId?: string }).sessionId)
    const message = sessions.message(session, request)
    const isNew = isInitialize && !(await this.#exists(session))
    const answer = sessions.answer(request, reply)
    if (isNew)
      router.create(() => created(message), answer) // E2
    else router.ask(message, answer)
  }

  async #exists({ address }: SessionAddress): Promise<boolean> {
    return (await this.#components.directory.lookup(address)) !== undefined
  }
}

function created(message: Addressed): Addressed {
  return { ...message, headers: { ...message.headers, [header.transport]: 'sse' } }
}
