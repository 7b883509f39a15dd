/** Buckets as streams: one subject per key, its last message the record (R1 – R4 of record-store.ts). */
import { ScaledMcpError } from '@scaled-mcp/contracts'
import { type CasPutComponents, casPut, type Write, type WriteOutcome } from './cas-put.ts'
import { type BucketSpec, changePrefix, recordPrefix } from './layout.ts'
import { entryOf, isTombstone, TOMBSTONE } from './record.ts'
import type { Bucket, Entry, PutOutcome, Watch, WatchListener, WatchOptions } from './record-store.ts'
import { RecordWatch } from './record-watch.ts'
import { retrying } from './retrying.ts'
import type { OnError, Transport } from './transport.ts'

export interface StreamBucketComponents extends CasPutComponents {
  readonly transport: Transport
  readonly onError: OnError
}

export interface StreamBucketInit {
  readonly prefix: string
  readonly spec: BucketSpec
}

const NO_BODY = new Uint8Array(0)

export class StreamBucket implements Bucket {
  readonly #components: StreamBucketComponents
  readonly #spec: BucketSpec
  readonly #subjects: string
  readonly #changes: string | undefined

  constructor(components: StreamBucketComponents, { prefix, spec }: StreamBucketInit) {
    this.#components = components
    this.#spec = spec
    this.#subjects = recordPrefix(prefix, spec)
    this.#changes = changePrefix(prefix, spec)
  }

  async get(key: string): Promise<Entry | undefined> {
    const { stream, clock } = this.#components
    return entryOf(await retrying(clock, () => stream.last(this.#subjects + key)), this.#subjects)
  }

  async put(key: string, value: Uint8Array, expect: number): Promise<PutOutcome> {
    const { maxValueBytes, name } = this.#spec
    if (value.byteLength > maxValueBytes) {
      throw new ScaledMcpError('ValueTooLarge', `${value.byteLength} bytes in ${name}, of ${maxValueBytes}`)
    }
    const write = { subject: this.#subjects + key, body: value, expect }
    const outcome = await casPut(this.#components, write)
    const revived = outcome.outcome === 'lost' && expect === 0 ? outcome.current : undefined
    if (revived === undefined || !isTombstone(revived)) return this.#told(outcome)
    return this.#write({ ...write, expect: revived.sequence })
  }

  tombstone(key: string, expect: number): Promise<PutOutcome> {
    return this.#write({ subject: this.#subjects + key, body: NO_BODY, headers: TOMBSTONE, expect })
  }

  async keys(): Promise<readonly string[]> {
    const { stream, clock } = this.#components
    return retrying(clock, async () => {
      const keys = new Set<string>()
      await stream.newest(
        `${this.#subjects}>`,
        (message) => {
          const key = message.subject.slice(this.#subjects.length)
          if (isTombstone(message)) keys.delete(key)
          else keys.add(key)
        },
        { headersOnly: true }
      )
      return [...keys]
    })
  }

  async all(receive: (entry: Entry) => void): Promise<void> {
    const { stream, clock } = this.#components
    await retrying(clock, () =>
      stream.newest(
        `${this.#subjects}>`,
        (message) => {
          const entry = entryOf(message, this.#subjects)
          if (entry) receive(entry)
        },
        { headersOnly: false }
      )
    )
  }

  async purge(key: string): Promise<void> {
    const { stream, clock } = this.#components
    await retrying(clock, () => stream.purge(this.#subjects + key))
  }

  async watch(pattern: string, listener: WatchListener, { initial }: WatchOptions): Promise<Watch> {
    if (this.#changes === undefined) throw new TypeError(`changes in ${this.#spec.name} are not told`)
    const watch = new RecordWatch(
      { ...this.#components, listener },
      {
        changes: this.#changes,
        records: this.#subjects,
        pattern,
        initial
      }
    )
    await watch.listening()
    return watch
  }

  async #write(write: Write): Promise<PutOutcome> {
    return this.#told(await casPut(this.#components, write))
  }

  #told(outcome: WriteOutcome): PutOutcome {
    return outcome.outcome === 'lost' ? { outcome: 'lost', current: entryOf(outcome.current, this.#subjects) } : outcome
  }
}
