import { clientQuirks } from '@scaled-mcp/contracts'
import type { EventStream } from './event-stream.ts'

const NOBODY_ASKS = (): undefined => undefined

/** The SSE responses under way in this process: kept alive together, ended together. */
export class OpenStreams {
  /** Each with the id of the question that it answers now; none for the answer to a POST. */
  readonly #streams = new Map<EventStream, () => string | undefined>()
  #timer: NodeJS.Timeout | undefined

  get size(): number {
    return this.#streams.size
  }

  add(stream: EventStream, questionId: () => string | undefined = NOBODY_ASKS): void {
    this.#streams.set(stream, questionId)
    stream.onClose(() => this.remove(stream))
    this.#timer ??= setInterval(() => this.#keepAlive(), clientQuirks.keepAliveMs.value).unref()
  }

  remove(stream: EventStream): void {
    if (this.#streams.delete(stream) && this.#streams.size === 0) this.#stopTimer()
  }

  /** Whether somebody seems to read the stream that answers this question. Asked seldom, so it searches. */
  isRead(questionId: string): boolean {
    for (const [stream, id] of this.#streams) if (id() === questionId) return stream.isRead
    return false
  }

  /** Ends every stream and its connection, so that the HTTP server can close. */
  endAll(): void {
    for (const stream of this.#streams.keys()) stream.hangUp()
    this.#streams.clear()
    this.#stopTimer()
  }

  #keepAlive(): void {
    for (const stream of this.#streams.keys()) stream.keepAlive()
  }

  #stopTimer(): void {
    clearInterval(this.#timer)
    this.#timer = undefined
  }
}
