/**
 * The HTTP answer to one GET: a stream of the session, read for as long as its client stays, whoever owns the session.
 *
 * R1  The first frame says that there is something to read; until then it may fail with an HTTP status.
 * R2  A client that goes away is told to the owner, which stores what comes for it, or gives the stream to another reader.
 */
import { hasCode, ScaledMcpError } from '@scaled-mcp/contracts'
import type { Exchange, Frame, FrameReceiver } from '@scaled-mcp/mesh'
import type { FastifyReply } from 'fastify'
import { EventStream } from './event-stream.ts'
import { httpError, sendError } from './http-error.ts'
import type { OpenStreams } from './open-streams.ts'

export interface StreamReadingInit {
  readonly streams: OpenStreams
  /** Told once when it ended with a failure. */
  readonly failed: (error: Error) => void
  /** Told once when the HTTP answer is over. */
  readonly over: (reading: StreamReading) => void
}

export class StreamReading implements FrameReceiver {
  readonly #reply: FastifyReply
  readonly #init: StreamReadingInit
  #isOver = false
  #exchange: Exchange | undefined
  #stream: EventStream | undefined

  constructor(reply: FastifyReply, init: StreamReadingInit) {
    this.#reply = reply
    this.#init = init
    reply.raw.once('close', () => this.#left()) // R2
  }

  /** Begins to read. */
  from(read: (receiver: FrameReceiver) => Exchange): void {
    this.#exchange = read(this)
  }

  frame(frame: Frame): void {
    const stream = this.#stream ?? this.#open() // R1
    stream.frame(frame)
    if (frame.last) this.#end(stream)
  }

  failed(error: Error): void {
    if (this.#isOver) return
    this.#isOver = true
    if (this.#stream) this.#end(this.#stream)
    else sendError(this.#reply, httpError(error, null))
    if (!isOver(error)) this.#init.failed(error)
  }

  /** This gateway leaves: the client is to ask another one. */
  stop(): void {
    if (this.#stream) this.#stream.hangUp()
    else this.#reply.header('connection', 'close')
    this.failed(new ScaledMcpError('Stopping'))
    this.#exchange?.cancel()
  }

  #left(): void {
    this.#isOver = true
    this.#init.over(this)
    this.#exchange?.cancel()
  }

  #open(): EventStream {
    this.#reply.hijack()
    this.#stream = new EventStream(this.#reply.raw, this.#reply.getHeaders())
    this.#init.streams.add(this.#stream, () => this.#exchange?.id)
    return this.#stream
  }

  #end(stream: EventStream): void {
    this.#init.streams.remove(stream)
    stream.end()
  }
}

/** Its client has gone, or everything has been read. */
function isOver(error: Error): boolean {
  return hasCode(error, 'Cancelled', 'StreamFinished', 'Stopping')
}
