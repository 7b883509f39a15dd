/**
 * What buckets and the event log need of a stored stream: the seam between them and the store. One implementation is
 * a JetStream stream, the other lives in memory.
 *
 * Every method may throw `NotDelivered`, `NoResponders` (did not happen), `ConnectionLost`, `DeadlineExceeded`,
 * `StoreUnavailable` (may have happened).
 */
import type { Message } from './wire.ts'

export interface StoredMessage extends Message {
  readonly subject: string
  /** Rises along the whole stream, never twice the same. */
  readonly sequence: number
}

export interface Append extends Message {
  readonly subject: string
  /** The sequence that must be the subject's last; 0: it has none. */
  readonly expect: number
  /** Appends with the same id within the stream's duplicate window may be told apart only by what they stored. */
  readonly id: string
}

/** `duplicate`: an append with this id was stored before, and `sequence` is that one's. */
export type Appended =
  | { readonly outcome: 'stored'; readonly sequence: number; readonly duplicate: boolean }
  | { readonly outcome: 'conflict' }

export interface ReadOptions {
  readonly headersOnly: boolean
}

export interface Stream {
  /** @throws ValueTooLarge. */
  append(append: Append): Promise<Appended>
  /** The newest message of a subject, from the leader. */
  last(subject: string): Promise<StoredMessage | undefined>
  /** The first message of `subject` whose sequence is `from` or higher, from the leader. */
  next(subject: string, from: number): Promise<StoredMessage | undefined>
  /**
   * Gives `receive` the newest message of every subject that matches `pattern`. One that is replaced meanwhile may come
   * twice or not at all: who needs it listens for changes.
   */
  newest(pattern: string, receive: (message: StoredMessage) => void, options: ReadOptions): Promise<void>
  /** Removes every message of a subject. */
  purge(subject: string): Promise<void>
}
