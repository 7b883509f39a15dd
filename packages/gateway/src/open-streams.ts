import { clientQuirks } from '@scaled-mcp/contracts'
import type { EventStream } from './event-stream.ts'

/** What is kept of each stream. */
interface Entry {
  /** The id of the question that it answers now; none for the answer to a POST. */
  readonly questionId: () => string | undefined
  readonly group: Set<EventStream>
}

const NOBODY_ASKS = (): undefined => undefined
/** Streams are kept alive in so many groups, one after the other: a write to thousands at once would hold up everybody. */
const GROUPS = 150

/** The SSE responses under way in this process: kept alive in turn, ended together. */
export class OpenStreams {
  readonly #streams = new Map<EventStream, Entry>()
  readonly #groups = Array.from({ length: GROUPS }, () => new Set<EventStream>())
  #timer: NodeJS.Timeout | undefined
  #added = 0
  #turn = 0

  get size(): number {
    return this.#streams.size
  }

  add(stream: EventStream, questionId: () => string | undefined = NOBODY_ASKS): void {
    const group = this.#groupAt(this.#added++)
    group.add(stream)
    this.#streams.set(stream, { questionId, group })
    stream.onClose(() => this.remove(stream))
    this.#timer ??= setInterval(() => this.#keepAlive(), clientQuirks.keepAliveMs.value / GROUPS).unref()
  }

  remove(stream: EventStream): void {
    this.#streams.get(stream)?.group.delete(stream)
    if (this.#streams.delete(stream) && this.#streams.size === 0) this.#stopTimer()
  }

  /** Whether somebody seems to read the stream that answers this question. Asked seldom, so it searches. */
  isRead(question: string): boolean {
    for (const [stream, { questionId }] of this.#streams) if (questionId() === question) return stream.isRead
    return false
  }

  /** Ends every stream and its connection, so that the HTTP server can close. */
  endAll(): void {
    for (const stream of [...this.#streams.keys()]) {
      stream.hangUp()
      this.remove(stream)
    }
  }

  #keepAlive(): void {
    for (const stream of this.#groupAt(this.#turn++)) stream.keepAlive()
  }

  #groupAt(turn: number): Set<EventStream> {
    return this.#groups[turn % GROUPS] as Set<EventStream>
  }

  #stopTimer(): void {
    clearInterval(this.#timer)
    this.#timer = undefined
  }
}
