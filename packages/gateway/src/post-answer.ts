/**
 * The HTTP answer to one POST, written as the frames of the session's answer arrive.
 *
 * A1  The first frame decides: the only one is `application/json` (or 202 when it is empty), else it is an SSE stream.
 * A2  A client that goes away does not cancel its request (MCP 2025-11-25, Transports, "Sending Messages"): frames
 *     that nobody reads any more are dropped.
 */
import { header, type JsonRpcId } from '@scaled-mcp/contracts'
import type { Frame, FrameReceiver } from '@scaled-mcp/mesh'
import type { FastifyReply } from 'fastify'
import { EventStream } from './event-stream.ts'
import { httpError, sendError } from './http-error.ts'
import type { OpenStreams } from './open-streams.ts'

export interface PostAnswerInit {
  readonly id: JsonRpcId | null
  readonly streams: OpenStreams
  /** Told once, when the session has taken the message. */
  readonly accepted: (() => void) | undefined
  /** Told once, with the failure if there was one. */
  readonly done: (error: Error | undefined) => void
}

export class PostAnswer implements FrameReceiver {
  readonly #reply: FastifyReply
  readonly #init: PostAnswerInit
  #isFirst = true
  #offered: string | undefined
  #stream: EventStream | undefined

  constructor(reply: FastifyReply, init: PostAnswerInit) {
    this.#reply = reply
    this.#init = init
  }

  /** The session id to hand out once the session is stored. */
  offer(sessionId: string): void {
    this.#offered = sessionId
  }

  frame(frame: Frame): void {
    if (this.#isFirst) this.#begin(frame)
    if (this.#stream) this.#continue(this.#stream, frame)
    else if (frame.last)
      this.#answerAtOnce(frame.body) // A1
    else this.#continue(this.#startStream(), frame)
    if (frame.last) this.#init.done(undefined)
  }

  failed(error: Error): void {
    const answer = httpError(error, this.#init.id)
    if (this.#stream) {
      this.#stream.message(answer.body)
      this.#endStream(this.#stream)
    } else {
      sendError(this.#reply, answer)
    }
    this.#init.done(error)
  }

  #begin({ headers }: Frame): void {
    this.#isFirst = false
    this.#init.accepted?.()
    const isStored = headers?.[header.epoch] !== undefined
    if (this.#offered !== undefined && isStored) this.#reply.header('mcp-session-id', this.#offered)
  }

  #answerAtOnce(body: Uint8Array): void {
    if (body.length === 0) this.#reply.code(202).send()
    else this.#reply.header('content-type', 'application/json').send(body)
  }

  #startStream(): EventStream {
    this.#reply.hijack()
    this.#stream = new EventStream(this.#reply.raw, this.#reply.getHeaders())
    this.#init.streams.add(this.#stream)
    return this.#stream
  }

  #continue(stream: EventStream, frame: Frame): void {
    stream.frame(frame) // A2: a closed stream drops it
    if (frame.last) this.#endStream(stream)
  }

  #endStream(stream: EventStream): void {
    this.#init.streams.remove(stream)
    stream.end()
  }
}
