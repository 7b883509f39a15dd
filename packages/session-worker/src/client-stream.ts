/**
 * One event stream of a session, read by at most one client at a time, through whichever gateway it comes.
 *
 * V1  An event is sent only after it is stored: what a worker sends that owns the session no more is stored nowhere, so
 *     nobody gets it (cluster protocol §3.6).
 * V2  A reader that comes back gets everything after the last event it has seen, in order, each once, and then goes on.
 * V3  A new reader takes the place of the one before: who comes back knows that its former connection is over.
 * V4  Nothing follows the end.
 */
import {
  type Address,
  errorHeaders,
  eventIdText,
  type Headers,
  hasCode,
  header,
  ScaledMcpError
} from '@scaled-mcp/contracts'
import type { Reply } from '@scaled-mcp/mesh'
import type { EventKind, LoggedEvent, StreamLog } from './stream-log.ts'

export interface ClientStreamComponents {
  readonly log: StreamLog
  /** Sends a frame, now or when that is allowed again. */
  readonly send: (send: () => void) => void
}

export interface ClientStreamInit {
  readonly address: Address
  readonly name: string
  /** What a client is told to wait before it comes back, in milliseconds; undefined: this one cannot be told. */
  readonly retryMs: number | undefined
}

const NOTHING = new Uint8Array()
const MOVED: Headers = { [header.status]: 'moved' }

export class ClientStream {
  readonly #components: ClientStreamComponents
  readonly #init: ClientStreamInit
  #reader: Reply | undefined
  /** Whether whoever reads has come back for it, and did not ask the request that it answers. */
  #isResumed = false
  #isOver = false
  /** What readers hear since the session has left. */
  #left: Headers | undefined

  constructor(components: ClientStreamComponents, init: ClientStreamInit) {
    this.#components = components
    this.#init = init
  }

  get name(): string {
    return this.#init.name
  }

  /** Who reads it now. */
  get reader(): Reply | undefined {
    return this.#reader
  }

  get isOver(): boolean {
    return this.#isOver
  }

  /** Whoever asked gets what comes, from now on. */
  read(reader: Reply): void {
    this.#reader = reader
  }

  /** Stores that it begins, and `request`, which a later owner needs to finish it. Rejects as `StreamLog.append`. */
  open(request: Uint8Array): Promise<void> {
    return this.#must(this.#components.log.take(() => this.store('open', request)))
  }

  /** Sends a message that is not the last. Rejects as `StreamLog.append`. */
  message(body: Uint8Array): Promise<void> {
    return this.#components.log.append(body, () => this.store(this.#reader ? 'message' : 'waiting', body))
  }

  /** Sends the last message; empty: there is none. Rejects as `StreamLog.append`. */
  end(body: Uint8Array = NOTHING): Promise<void> {
    return this.#must(this.#components.log.take(() => this.store('end', body)))
  }

  /** A client has come back: `reader` gets what it has missed after event `after`, and from then on what comes (V2). */
  resume(reader: Reply, after: number): Promise<void> {
    this.#isResumed = true
    return this.#attach(reader, after)
  }

  /**
   * As {@link resume}, of a stream that has ended. Its events may go while they are read, as the session ends: what becomes
   * of the rest is for whoever is asked next to say.
   */
  async replay(reader: Reply, after: number): Promise<void> {
    await this.resume(reader, after)
    if (!this.#isOver) this.leave()
  }

  /**
   * A gateway asks again for the client that it has: as {@link resume}, unless that client has come back elsewhere in the
   * meantime; then there is nothing to read here.
   */
  async rejoin(reader: Reply, after: number): Promise<void> {
    if (this.#reader && this.#isResumed) this.#end(reader, {})
    else await this.#attach(reader, after)
  }

  #attach(reader: Reply, after: number): Promise<void> {
    const attached = this.#components.log.look(async () => {
      this.take(reader, after)
      await this.#components.log.read(after, (event) => {
        if (event.stream === this.name) this.tell(event)
      })
    })
    return attached.catch((error) => {
      this.#end(reader, this.#left ?? MOVED)
      throw error
    })
  }

  /** Of a turn of the log: `reader` takes the place of whoever reads (V3), and hears that it does. */
  take(reader: Reply, after: number): void {
    this.#endReader({}, NOTHING)
    if (this.#left) throw new ScaledMcpError('SessionMoved', this.name)
    this.#reader = reader
    reader.signal.addEventListener('abort', () => this.detach(reader), { once: true })
    this.#frame(this.#idOf(after), NOTHING)
  }

  /** Of a turn of the log: stores an event and tells the reader of it (V1). */
  async store(kind: EventKind, body: Uint8Array): Promise<void> {
    if (this.#isOver) return // V4
    const event = { stream: this.name, kind, body }
    this.tell({ ...event, sequence: await this.#components.log.write(event) })
  }

  /** Tells the reader of a stored event. */
  tell({ kind, sequence, body }: LoggedEvent): void {
    const id = this.#idOf(sequence)
    if (kind === 'open') this.#frame({ ...id, ...this.#retry() }, NOTHING)
    else if (kind === 'end') this.#over(id, body)
    else this.#frame(id, body)
  }

  /** The reader has gone away: what comes is stored only. */
  detach(reader: Reply): void {
    if (this.#reader === reader) this.#reader = undefined
  }

  /** Ends the connection of whoever reads once everything so far is told; they are to come back for the rest. */
  close(): Promise<void> {
    return this.#components.log.take(async () => this.#endReader(this.#retry(), NOTHING))
  }

  /** Whoever reads has to ask the next owner; `status` says so, or that there will be none. */
  leave(status: Headers = MOVED): void {
    this.#isOver = true
    this.#left = status
    this.#endReader(status, NOTHING)
  }

  /** Without this event the stream cannot go on. */
  #must(stored: Promise<void>): Promise<void> {
    return stored.catch((error) => {
      this.leave(hasCode(error, 'StaleEpoch', 'SessionMoved') ? MOVED : errorHeaders(error))
      throw error
    })
  }

  #end(reader: Reply, headers: Headers): void {
    this.#components.send(() => reader.end({ headers, body: NOTHING }))
  }

  #over(headers: Headers, body: Uint8Array): void {
    this.#isOver = true
    this.#endReader(headers, body)
  }

  #endReader(headers: Headers, body: Uint8Array): void {
    const reader = this.#reader
    this.#reader = undefined
    if (reader) this.#components.send(() => reader.end({ headers, body }))
  }

  #frame(headers: Headers, body: Uint8Array): void {
    const reader = this.#reader
    if (reader) this.#components.send(() => reader.frame({ headers, body }))
  }

  #retry(): Headers {
    const { retryMs } = this.#init
    return retryMs === undefined ? {} : { [header.retry]: String(retryMs) }
  }

  #idOf(sequence: number): Headers {
    const { address, name } = this.#init
    return sequence === 0 ? {} : { [header.event]: eventIdText(address, { stream: name, sequence }) }
  }
}
