import type { ReadEvent } from './event-connection.ts'

export interface SeenEvent extends ReadEvent {
  readonly id: string
  /** When, in milliseconds of true time. */
  readonly at: number
}

export interface StreamSightInit {
  /** `addressKey` of its session. */
  readonly session: string
  /** Whether the client is told of a stream's beginning, from where it can come back. */
  readonly isPrimed: boolean
  /** Whether it is the stream of what belongs to no request. */
  readonly isStandalone: boolean
}

/** What a client that follows one stream has seen of it, over all of its connections. */
export class StreamSight implements StreamSightInit {
  readonly session: string
  readonly isPrimed: boolean
  readonly isStandalone: boolean
  readonly #events: SeenEvent[] = []
  #isFollowed = true

  constructor({ session, isPrimed, isStandalone }: StreamSightInit) {
    this.session = session
    this.isPrimed = isPrimed
    this.isStandalone = isStandalone
  }

  /** Those with an id, in the order in which they came. */
  get events(): readonly SeenEvent[] {
    return this.#events
  }

  /** What it names as `Last-Event-ID`. */
  get lastId(): string | undefined {
    return this.#events.at(-1)?.id
  }

  /** Whether the client still wants the rest. */
  get isFollowed(): boolean {
    return this.#isFollowed
  }

  saw(event: SeenEvent): void {
    this.#events.push(event)
  }

  /** The client has given up, since the session has ended. */
  leave(): void {
    this.#isFollowed = false
  }
}
