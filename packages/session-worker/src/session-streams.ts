/** The event streams of one session: the standalone one, and one for each POST that became a stream. */
import type { Clock } from '@scaled-mcp/actor'
import {
  type Address,
  addressKey,
  clientQuirks,
  type EventId,
  parseEventId,
  ScaledMcpError,
  STANDALONE,
  streamOf
} from '@scaled-mcp/contracts'
import type { EventLog, Reply } from '@scaled-mcp/mesh'
import { ClientStream } from './client-stream.ts'
import { StandaloneStream } from './standalone-stream.ts'
import { type LoggedEvent, StreamLog } from './stream-log.ts'
import { Turns } from './turns.ts'

export interface SessionStreamsComponents {
  readonly events: EventLog
  readonly clock: Clock
  /** Sends a frame, now or when that is allowed again. */
  readonly send: (send: () => void) => void
  /** Whether the client behind an open stream still seems to read. */
  readonly isReading: (reader: Reply) => Promise<boolean>
  /** Whether the directory still names this owner. */
  readonly isOwner: () => Promise<boolean>
  /** Told once that a later owner has written. */
  readonly stale: () => void
}

export interface SessionStreamsInit {
  readonly address: Address
  readonly epoch: number
  /** Whether nobody can have owned the session before. */
  readonly isNew: boolean
  /** Largest body of one stored event, in bytes. */
  readonly maxBodyBytes: number
  /** Whether the client understands that it is told to come back (MCP 2025-11-25, Transports, "Sending Messages"). */
  readonly isTold: boolean
}

/** What the log holds of a stream that a POST became. */
export interface FoundStream {
  /** The client's message; undefined when it is not kept any more. */
  readonly request: Uint8Array | undefined
  /** The messages that were sent. */
  readonly messages: readonly Uint8Array[]
  /** The last event. */
  readonly last: LoggedEvent
}

const MAX_WAITING_BYTES = 4 * 1024 * 1024

/** What the log holds of a session on HTTP+SSE. */
export interface Accepted {
  readonly accepted: readonly { readonly stream: string; readonly request: Uint8Array }[]
  readonly messages: readonly Uint8Array[]
}

export class SessionStreams {
  readonly standalone: StandaloneStream
  /** By stream: what has to be found out before it is known who goes on with it. */
  readonly turns = new Turns()
  readonly #log: StreamLog
  readonly #components: SessionStreamsComponents
  readonly #init: SessionStreamsInit
  readonly #retryMs: number | undefined

  constructor(components: SessionStreamsComponents, init: SessionStreamsInit) {
    const { address, epoch, isNew, maxBodyBytes, isTold } = init
    const { send, isReading } = components
    this.#components = components
    this.#init = init
    this.#retryMs = isTold ? clientQuirks.retryMs.value : undefined
    const limits = { maxBodyBytes, maxWaitingBytes: MAX_WAITING_BYTES }
    this.#log = new StreamLog(components, { key: addressKey(address), epoch, isNew, ...limits })
    this.standalone = new StandaloneStream({ log: this.#log, send, isReading }, { address, retryMs: this.#retryMs })
  }

  /** The stream that answers a POST, by the message id of its first attempt. */
  ofPost(messageId: string): ClientStream {
    return this.named(streamOf(messageId))
  }

  /** A stream that answers a POST, by its name. */
  named(name: string): ClientStream {
    const { address } = this.#init
    return new ClientStream({ log: this.#log, send: this.#components.send }, { address, name, retryMs: this.#retryMs })
  }

  /**
   * What a client means by `Last-Event-ID`. Rejects with `EventUnknown`, with `EventsGone` when it is not kept any more,
   * with `SessionNotFound` when it is another session's.
   */
  async seen(text: string): Promise<EventId> {
    const id = parseEventId(this.#init.address, text)
    if (id === 'foreign') throw new ScaledMcpError('SessionNotFound', 'the event is of another session')
    if (!id) throw new ScaledMcpError('EventUnknown', text.slice(0, 100))
    await this.#log.look(() => this.#assertKept(id))
    return id
  }

  /** What the log holds of a stream after event `after`; undefined for nothing. */
  async find(name: string, after = 0): Promise<FoundStream | undefined> {
    let request: Uint8Array | undefined
    const messages: Uint8Array[] = []
    let last: LoggedEvent | undefined
    const read = (event: LoggedEvent): void => {
      if (event.stream !== name) return
      last = event
      if (event.kind === 'open') request = event.body
      else if (event.body.byteLength > 0) messages.push(event.body)
    }
    await this.#log.search(after, read)
    return last && { request, messages, last }
  }

  /** On HTTP+SSE: the messages of the client that were accepted, and those that were sent. */
  async accepted(): Promise<Accepted> {
    const accepted: { stream: string; request: Uint8Array }[] = []
    const messages: Uint8Array[] = []
    const read = ({ stream, kind, body }: LoggedEvent): void => {
      if (stream !== STANDALONE) accepted.push({ stream, request: body })
      else if (kind !== 'open') messages.push(body)
    }
    await this.#log.search(0, read)
    return { accepted, messages }
  }

  /** Stores what is still to be stored, for `graceMs` milliseconds at most, and sends every reader to the next owner. */
  async leave(graceMs: number): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = this.#components.clock.after(graceMs, resolve)
      void this.#log.settled().then(() => {
        timer.cancel()
        resolve()
      })
    })
    this.abandon()
  }

  /** Stores nothing more, and sends every reader to the next owner. */
  abandon(): void {
    this.#log.close()
    this.standalone.leave()
  }

  async #assertKept({ stream, sequence }: EventId): Promise<void> {
    const last = await this.#log.last()
    const found = await this.#log.streamAt(sequence)
    if (found === stream) return
    if (found !== undefined || (last > 0 && sequence > last)) {
      throw new ScaledMcpError('EventUnknown', `${stream}, ${sequence}`)
    }
    throw new ScaledMcpError('EventsGone', `${stream}, ${sequence}`)
  }
}
