/**
 * Follows records by the core messages that tell of each stored one: after an unclean restart of the server they
 * flow again at once, where a consumer of the stream stays silent for seconds.
 *
 * It listens first and reads what is there second, so nothing falls in between; what the two tell twice is told once.
 * A loss of connection may hide changes: the listener hears of the gap, and after the return everything is read again.
 * With `initial`, what is told of a key never goes back to an older revision.
 */

import { asError } from './as-error.ts'
import type { Clock, Timer } from './clock.ts'
import { entryOf } from './record.ts'
import type { Watch, WatchListener } from './record-store.ts'
import { isTransient } from './retrying.ts'
import type { StoredMessage, Stream } from './stream.ts'
import type { OnError, Packet, Subscription, Transport } from './transport.ts'

/** Header in which the server gives the sequence under which it stored the message. */
export const SEQUENCE = 'Nats-Sequence'
const RETRY_MS = 200

export interface RecordWatchComponents {
  readonly transport: Transport
  readonly stream: Stream
  readonly clock: Clock
  readonly onError: OnError
  readonly listener: WatchListener
}

export interface RecordWatchInit {
  /** What the subjects that tell of a record begin with; the key follows. */
  readonly changes: string
  /** What the subjects that records are stored under begin with. */
  readonly records: string
  /** Of the keys. */
  readonly pattern: string
  readonly initial: boolean
}

export class RecordWatch implements Watch {
  readonly #components: RecordWatchComponents
  readonly #init: RecordWatchInit
  readonly #subscription: Subscription
  readonly #forget: () => void
  /** Newest revision told of each key; only with `initial`, whose listener keeps the records as well. */
  readonly #told = new Map<string, number>()
  /** Rises with each gap and at the end: a reading of an earlier round stops where it is. */
  #round = 0
  #retry: Timer | undefined

  constructor(components: RecordWatchComponents, init: RecordWatchInit) {
    this.#components = components
    this.#init = init
    const { transport } = components
    this.#subscription = transport.subscribe(init.changes + init.pattern, (packet) => this.#changed(packet))
    this.#forget = transport.onConnection({ lost: () => this.#lost(), restored: () => this.#read() })
  }

  /** Resolves once the broker knows of the subscription; the records that are there follow. @throws NotDelivered. */
  async listening(): Promise<void> {
    try {
      await this.#components.transport.flush()
    } catch (error) {
      this.stop()
      throw error
    }
    this.#read()
  }

  stop(): void {
    this.#round++
    this.#retry?.cancel()
    this.#forget()
    this.#subscription.stop()
  }

  #lost(): void {
    this.#round++
    this.#retry?.cancel()
    this.#told.clear() // a store that came back from a backup begins with older revisions
    this.#components.listener.gap()
  }

  #changed({ subject, headers, body }: Packet): void {
    const sequence = Number(headers?.[SEQUENCE])
    const key = subject.slice(this.#init.changes.length)
    this.#tell({ subject: this.#init.records + key, sequence, headers, body })
  }

  #tell(message: StoredMessage): void {
    const { listener } = this.#components
    const { records, initial } = this.#init
    const key = message.subject.slice(records.length)
    if (initial && !this.#isNews(key, message.sequence)) return
    const entry = entryOf(message, records)
    if (entry) listener.changed(entry)
    else listener.removed(key, message.sequence)
  }

  #isNews(key: string, revision: number): boolean {
    if ((this.#told.get(key) ?? 0) >= revision) return false
    this.#told.set(key, revision)
    return true
  }

  /** Tells everything that is there, until it succeeds or the connection is lost once more. */
  #read(): void {
    if (!this.#init.initial) return
    const round = ++this.#round
    this.#readAll(round).catch((error: unknown) => this.#failed(round, error))
  }

  async #readAll(round: number): Promise<void> {
    const { stream, listener } = this.#components
    const { records, pattern } = this.#init
    await stream.newest(records + pattern, (message) => round === this.#round && this.#tell(message), {
      headersOnly: false
    })
    if (round === this.#round) listener.synced()
  }

  #failed(round: number, error: unknown): void {
    if (!isTransient(error)) this.#components.onError(asError(error))
    if (round === this.#round) this.#retry = this.#components.clock.after(RETRY_MS, () => this.#read())
  }
}
