/**
 * The port for the log of what was sent to clients, one sequence of events per address, kept for resumption.
 *
 * L1  An append is a compare-and-set on the address's last sequence: two owners never both append.
 * L2  A replay gives every kept event after a sequence, in order, each once.
 */
import type { PutOutcome } from './record-store.ts'
import type { Message } from './wire.ts'

/** A stored event; the sequence rises along the log, with gaps where other addresses' events lie. */
export interface StoredEvent extends Message {
  readonly sequence: number
}

export interface EventLog {
  /**
   * Appends to the log of `key` (an `addressKey`) when its last sequence is `expect`; 0 means it is empty.
   * On `won`, the revision is the event's sequence.
   * @throws ValueTooLarge above what one stored message can hold.
   */
  append(key: string, event: Message, expect: number): Promise<PutOutcome>
  /** The sequence of the last kept event, 0 when there is none. @throws StoreUnavailable. */
  last(key: string): Promise<number>
  /** The last kept event, undefined when there is none. @throws StoreUnavailable. */
  newest(key: string): Promise<StoredEvent | undefined>
  /** The kept event with this sequence, undefined when there is none. @throws StoreUnavailable. */
  at(key: string, sequence: number): Promise<StoredEvent | undefined>
  /** Gives `receive` every event after sequence `after` that is there when it is called. @throws StoreUnavailable. */
  replay(key: string, after: number, receive: (event: StoredEvent) => void): Promise<void>
  /** Removes every event of `key`. @throws StoreUnavailable. */
  purge(key: string): Promise<void>
}
