import type { EventStream } from './event-stream.ts'

const KEEP_ALIVE_MS = 15_000

/** The SSE responses under way in this process: kept alive together, ended together. */
export class OpenStreams {
  readonly #streams = new Set<EventStream>()
  #timer: NodeJS.Timeout | undefined

  get size(): number {
    return this.#streams.size
  }

  add(stream: EventStream): void {
    this.#streams.add(stream)
    this.#timer ??= setInterval(() => this.#keepAlive(), KEEP_ALIVE_MS).unref()
  }

  remove(stream: EventStream): void {
    this.#streams.delete(stream)
    if (this.#streams.size === 0) this.#stopTimer()
  }

  /** Ends every stream, so that the HTTP server can close. */
  endAll(): void {
    for (const stream of this.#streams) stream.end()
    this.#streams.clear()
    this.#stopTimer()
  }

  #keepAlive(): void {
    for (const stream of this.#streams) {
      if (stream.isOpen) stream.keepAlive()
      else this.#streams.delete(stream)
    }
  }

  #stopTimer(): void {
    clearInterval(this.#timer)
    this.#timer = undefined
  }
}
