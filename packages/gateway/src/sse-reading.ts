import type { Clock, Timer } from '@scaled-mcp/actor'
import type { Addressed, Directory, RouteCache, Router } from '@scaled-mcp/cluster'
import type { Exchange, Frame, FrameReceiver } from '@scaled-mcp/mesh'
import type { FastifyBaseLogger } from 'fastify'
import type { EventStream } from './event-stream.ts'

export interface SseReadingComponents {
  readonly router: Router
  readonly cache: RouteCache
  readonly directory: Directory
  readonly stream: EventStream
  readonly clock: Clock
}

export interface SseReadingInit {
  /** Asks for all that the session sends. */
  readonly read: Addressed
  /** Ends the session. */
  readonly end: Addressed
  readonly log: FastifyBaseLogger
}

/** How often the directory is asked for an owner: its word of one may have been lost with a connection. */
const LOOK_MS = 1_000
/** A client that has not initialized by then is none. */
const INITIALIZE_MS = 30_000

/** One client of HTTP+SSE: waits for its session's owner, then hands on what that sends, until the client leaves. */
export class SseReading implements FrameReceiver {
  readonly #components: SseReadingComponents
  readonly #init: SseReadingInit
  #exchange: Exchange | undefined
  #look: Timer | undefined
  #stopWaiting: () => void = () => undefined
  #waitedMs = 0

  constructor(components: SseReadingComponents, init: SseReadingInit) {
    this.#components = components
    this.#init = init
  }

  /** The id of the question that is answered on the stream; undefined while there is no owner. */
  get questionId(): string | undefined {
    return this.#exchange?.id
  }

  start(): void {
    const { cache, stream } = this.#components
    this.#stopWaiting = cache.onOwner(this.#init.read.key, () => this.#read())
    stream.onClose(() => this.#left())
    this.#lookLater()
  }

  frame({ body, last }: Frame): void {
    if (body.length > 0) this.#components.stream.message(body)
    if (last) this.#components.stream.end()
  }

  failed(error: Error): void {
    this.#init.log.info({ err: error }, 'a stream of HTTP+SSE ended')
    this.#components.stream.end()
  }

  #read(): void {
    this.#stopLooking()
    this.#exchange ??= this.#components.router.read(this.#init.read, this)
  }

  #lookLater(): void {
    this.#look = this.#components.clock.after(LOOK_MS, () => {
      this.#waitedMs += LOOK_MS
      if (this.#waitedMs >= INITIALIZE_MS) this.#components.stream.end()
      else void this.#lookOnce()
    })
  }

  async #lookOnce(): Promise<void> {
    const { directory } = this.#components
    const found = await directory.lookup(this.#init.read.address).catch(() => undefined) // asked again soon
    if (this.#look === undefined) return
    if (found) this.#read()
    else this.#lookLater()
  }

  #stopLooking(): void {
    this.#stopWaiting()
    this.#look?.cancel()
    this.#look = undefined
  }

  /** The client has gone, and with it its session. */
  #left(): void {
    this.#stopLooking()
    this.#exchange?.cancel()
    if (!this.#exchange) return
    const over = () => undefined
    this.#components.router.ask(this.#init.end, { frame: over, failed: over })
  }
}
