/**
 * The port for records: small values, each changed only by compare-and-set.
 *
 * R1  A revision is a bucket-wide number that only rises, also across tombstones.
 * R2  Of all writers that expect the same revision exactly one wins, and every one learns whether it did,
 *     also when an acknowledgement was lost (cluster protocol §3.1).
 * R3  `get` asks the leader of the bucket: it never answers from a lagging replica.
 * R4  A watch shows the newest value of every key it matches, after any loss of connection.
 */

/** A record as it is stored. */
export interface Entry {
  readonly key: string
  readonly revision: number
  readonly value: Uint8Array
  /** The random mark of the attempt that wrote it. */
  readonly nonce: string
}

/**
 * What became of a compare-and-set. `unknown`: the store did not answer in time and a look afterwards did not
 * settle it; treat it as not yours.
 */
export type PutOutcome =
  | { readonly outcome: 'won'; readonly revision: number; readonly nonce: string }
  | { readonly outcome: 'lost'; readonly current: Entry | undefined }
  | { readonly outcome: 'unknown' }

export interface WatchListener {
  /** A record's newest value. The same value may come again after a loss of connection. */
  changed(entry: Entry): void
  /** The record was tombstoned. */
  removed(key: string, revision: number): void
  /** Changes may have been missed; with `initial` every record follows once more, then {@link synced}. */
  gap(): void
  /** With `initial`: everything that was there has been told. */
  synced(): void
}

export interface WatchOptions {
  /** Tell of every record that is there, at the start and again after each gap. */
  readonly initial: boolean
}

export interface Watch {
  stop(): void
}

export interface Bucket {
  /** The newest record, undefined when there is none. @throws StoreUnavailable when the store does not answer. */
  get(key: string): Promise<Entry | undefined>
  /**
   * Writes when the newest revision is `expect`; 0 means there must be no record, or a tombstone.
   * @throws ValueTooLarge above the bucket's limit.
   */
  put(key: string, value: Uint8Array, expect: number): Promise<PutOutcome>
  /** Removes the record when its revision is `expect`, leaving a tombstone that still fences older writers. */
  tombstone(key: string, expect: number): Promise<PutOutcome>
  /** The keys of every record. @throws StoreUnavailable. */
  keys(): Promise<readonly string[]>
  /** Gives `receive` every record, one now and then twice. @throws StoreUnavailable. */
  all(receive: (entry: Entry) => void): Promise<void>
  /**
   * Removes a record and its tombstone, so that nothing is left and nothing fences: only for a key that nobody writes
   * again. Watches are not told. @throws StoreUnavailable.
   */
  purge(key: string): Promise<void>
  /** Follows the records whose key matches `pattern` (`*` and `>` as in subjects); resolves once it listens. */
  watch(pattern: string, listener: WatchListener, options: WatchOptions): Promise<Watch>
}

/** The buckets of a deployment, by what they hold. */
export interface RecordStore {
  readonly members: Bucket
  readonly directory: Bucket
  readonly state: Bucket
  /** One record, `incarnation`: a random id of the store itself. */
  readonly meta: Bucket
}
