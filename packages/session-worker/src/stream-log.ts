/**
 * The event log of one session, as its owner sees it: what was sent on its streams, and what is yet to be.
 *
 * L1  Every write is a compare-and-set on the one before. An owner that took the session over first looks whether a later
 *     one has written, and writes a mark of its own, also into an empty log, so that nothing an earlier owner still has on
 *     its way can be stored any more (cluster protocol §3.3, "seal").
 * L2  Reads and writes take turns, in the order in which they were asked for: what is read is everything up to there.
 * L3  A write is tried again until it is known to be stored, until this owner learns that it is none any more, or until
 *     the session ends here. It is never stored twice.
 * L4  Events that expire are no sign of another owner (cluster protocol §3.6).
 * L5  A seal says whether there was anything before it, so that a session without streams costs its next owners no reading,
 *     however many it had.
 * L6  Many search it at once when an owner has died: those who ask before a reading begins share it, unless something is to
 *     be written between their questions.
 */
import { randomBytes } from 'node:crypto'
import type { Clock } from '@scaled-mcp/actor'
import { type Headers, hasCode, header, ScaledMcpError } from '@scaled-mcp/contracts'
import { type EventLog, pause, type StoredEvent } from '@scaled-mcp/mesh'
import { assembled, partsOf } from './event-parts.ts'

/** What an event does to its stream: `open` holds the request that it answers, `end` is the last, `waiting` had no reader. */
export type EventKind = 'open' | 'message' | 'waiting' | 'end'

/** What the log holds of a stream. */
export interface StreamEvent {
  readonly stream: string
  readonly kind: EventKind
  readonly body: Uint8Array
}

export interface LoggedEvent extends StreamEvent {
  readonly sequence: number
}

export interface StreamLogComponents {
  readonly events: EventLog
  readonly clock: Clock
  /** Whether the directory still names this owner; asked when the log has lost its last event. */
  readonly isOwner: () => Promise<boolean>
  /** Told once that a later owner has written. */
  readonly stale: () => void
}

export interface StreamLogInit {
  /** `addressKey` of the session. */
  readonly key: string
  readonly epoch: number
  /** Whether nobody can have written before. */
  readonly isNew: boolean
  /** Largest body of one stored event, in bytes; a larger one is stored in parts. */
  readonly maxBodyBytes: number
  /** How many bytes may wait to be stored. */
  readonly maxWaitingBytes: number
}

type Receive = (event: LoggedEvent) => void

interface Reader {
  readonly after: number
  readonly receive: Receive
}

/** One reading for several who search. */
interface Search {
  readonly readers: Reader[]
  readonly done: Promise<void>
}

const RETRY_MS = 200
/** Of an owner's first write: it belongs to no stream. */
const SEAL = 'seal'
/** The kind of a seal before which there is nothing but seals (L5). */
const EMPTY = 'empty'
const NOTHING = new Uint8Array()

export class StreamLog {
  readonly #components: StreamLogComponents
  readonly #init: StreamLogInit
  /** Begins the marks of this owner's writes; another one's never begin so. */
  readonly #self = randomBytes(6).toString('base64url')
  #writes = 0
  #last = 0
  #isSealed: boolean
  #isClosed = false
  #waitingBytes = 0
  #turn: Promise<unknown> = Promise.resolve()
  /** Whether it is known to hold no event of any stream. */
  #isEmpty: boolean
  /** Planned, and not begun. */
  #search: Search | undefined

  constructor(components: StreamLogComponents, init: StreamLogInit) {
    this.#components = components
    this.#init = init
    this.#isSealed = init.isNew
    this.#isEmpty = init.isNew
  }

  /** Nothing is written any more; what waits is refused. */
  close(): void {
    this.#isClosed = true
  }

  /** Resolves when everything that was asked for so far has been done or refused. */
  async settled(): Promise<void> {
    await this.#turn
  }

  /**
   * Makes an event of `body` when its turn has come, and stores it. Rejects with `StreamFull`, `StaleEpoch` or
   * `SessionMoved`.
   */
  append(body: Uint8Array, write: () => Promise<void>): Promise<void> {
    const bytes = body.byteLength
    if (this.#waitingBytes + bytes > this.#init.maxWaitingBytes && this.#waitingBytes > 0) {
      return Promise.reject(new ScaledMcpError('StreamFull', `${this.#waitingBytes} bytes wait`))
    }
    this.#waitingBytes += bytes
    return this.take(write).finally(() => {
      this.#waitingBytes -= bytes
    })
  }

  /** Runs `turn` when everything before it is done (L2): only there the log is read and written. */
  take<T>(turn: () => Promise<T>): Promise<T> {
    this.#search = undefined // L6
    return this.look(turn)
  }

  /** As {@link take}, for a turn that writes nothing. */
  look<T>(turn: () => Promise<T>): Promise<T> {
    const run = this.#turn.then(turn)
    this.#turn = run.catch(() => undefined) // whoever asked has the rejection
    return run
  }

  /** Takes a turn, and reads what is kept after sequence `after`, in order (L6). */
  search(after: number, receive: Receive): Promise<void> {
    this.#search ??= this.#planSearch()
    this.#search.readers.push({ after, receive })
    return this.#search.done
  }

  #planSearch(): Search {
    const readers: Reader[] = []
    const done = this.look(async () => {
      if (this.#search === search) this.#search = undefined
      await this.read(Math.min(...readers.map(({ after }) => after)), (event) => {
        for (const { after, receive } of readers) if (event.sequence > after) receive(event)
      })
    })
    const search = { readers, done }
    return search
  }

  /** Of a turn: what is kept after sequence `after`, in order. */
  async read(after: number, receive: Receive): Promise<void> {
    await this.#seal()
    if (this.#last <= after || this.#isEmpty) return // L5
    const assemble = assembled(receive)
    await this.#components.events.replay(this.#init.key, after, (event) => {
      if (event.headers?.[header.streamName] !== SEAL) assemble(event)
    })
  }

  /** Of a turn: the stream of the event with this sequence; undefined when it is not kept. */
  async streamAt(sequence: number): Promise<string | undefined> {
    return (await this.#components.events.at(this.#init.key, sequence))?.headers?.[header.streamName]
  }

  /** Of a turn: the sequence of the last event that is kept, 0 when there is none. */
  async last(): Promise<number> {
    await this.#seal()
    return this.#last
  }

  /** Of a turn: stores an event, whose sequence it resolves with. */
  async write({ stream, kind, body }: StreamEvent): Promise<number> {
    await this.#seal()
    this.#isEmpty = false
    const common = { [header.streamName]: stream, ...(kind !== 'message' && { [header.eventKind]: kind }) }
    for (const part of partsOf(body, this.#init.maxBodyBytes)) {
      await this.#store(() => ({ ...common, ...part.headers }), part.body)
    }
    return this.#last
  }

  /** L1 */
  async #seal(): Promise<void> {
    if (this.#isSealed) return
    this.#last = await this.#persistently(() => this.#lastOfFormer())
    this.#isSealed = true
    try {
      const seal = () => ({ [header.streamName]: SEAL, ...(this.#isEmpty && { [header.eventKind]: EMPTY }) })
      await this.#store(seal, NOTHING)
    } catch (error) {
      this.#isSealed = false
      throw error
    }
  }

  /** What is there already may be a later owner's: this one is none any more, and has not known it. */
  async #lastOfFormer(): Promise<number> {
    const newest = await this.#components.events.newest(this.#init.key)
    if (newest && this.#isLater(newest)) throw this.#stale()
    this.#isEmpty = newest === undefined || isEmptySeal(newest)
    return newest?.sequence ?? 0
  }

  /** @param headers asked for each attempt: what is found meanwhile may change what a seal says. */
  async #store(headers: () => Headers, body: Uint8Array): Promise<void> {
    const mark = `${this.#self}.${++this.#writes}`
    const own = { [header.epoch]: String(this.#init.epoch), [header.eventMark]: mark }
    this.#last = await this.#persistently(() => this.#attempt({ headers: { ...headers(), ...own }, body }, mark))
  }

  /** The sequence under which it is stored; undefined when that is not known or has to be tried again. */
  async #attempt(event: { readonly headers: Headers; readonly body: Uint8Array }, mark: string) {
    const put = await this.#components.events.append(this.#init.key, event, this.#last)
    if (put.outcome === 'won') return put.revision
    if (put.outcome === 'unknown') return undefined
    return this.#lost(mark)
  }

  /** Somebody wrote after the last event that is known here: this owner, an earlier or a later one; or all has expired. */
  async #lost(mark: string): Promise<number | undefined> {
    const since: StoredEvent[] = []
    await this.#components.events.replay(this.#init.key, this.#last, (event) => since.push(event))
    if (since.length === 0) return this.#expired()
    if (since.some((event) => this.#isLater(event))) throw this.#stale()
    const mine = since.find(({ headers }) => headers?.[header.eventMark] === mark)
    if (mine) return mine.sequence
    if (!since.every(isEmptySeal)) this.#isEmpty = false
    this.#last = (since.at(-1) as StoredEvent).sequence
    return undefined
  }

  #isLater({ headers }: StoredEvent): boolean {
    return Number(headers?.[header.epoch]) > this.#init.epoch
  }

  /** L4 */
  async #expired(): Promise<undefined> {
    const last = await this.#components.events.last(this.#init.key)
    if (last === 0 && !(await this.#components.isOwner())) throw this.#stale()
    if (last === 0) this.#last = 0
    return undefined
  }

  /** L3 */
  async #persistently(attempt: () => Promise<number | undefined>): Promise<number> {
    for (;;) {
      if (this.#isClosed) throw new ScaledMcpError('SessionMoved', 'its streams are closed here')
      try {
        const done = await attempt()
        if (done !== undefined) return done
      } catch (error) {
        if (!hasCode(error, 'StoreUnavailable')) throw error
      }
      await pause(this.#components.clock, RETRY_MS)
    }
  }

  #stale(): ScaledMcpError {
    this.#isClosed = true
    this.#components.stale()
    return new ScaledMcpError('StaleEpoch', this.#init.key)
  }
}

function isEmptySeal({ headers }: StoredEvent): boolean {
  return headers?.[header.streamName] === SEAL && headers[header.eventKind] === EMPTY
}
