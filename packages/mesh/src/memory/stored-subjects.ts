import type { Append, Appended, StoredMessage } from '../stream.ts'
import { subjectMatcher } from '../subject-pattern.ts'

export interface StoredSubjectsInit {
  /** Messages kept per subject; the oldest go. */
  readonly maxPerSubject: number
  /** Messages older than this are gone, in milliseconds. */
  readonly maxAgeMs?: number
  /**
   * For how long an append is recognised by its id, whatever it expects, in milliseconds: as nats-server does up to 2.11.
   * Default: not at all; from 2.12 on it checks the sequence first, and a repeated append is a conflict.
   */
  readonly duplicateWindowMs?: number | undefined
  /** Told of every message stored. */
  readonly onStored?: ((message: StoredMessage) => void) | undefined
  /** Milliseconds that only rise. */
  readonly now: () => number
}

interface Kept {
  readonly message: StoredMessage
  readonly id: string
  readonly storedAt: number
}

/** What a stream keeps: messages in the order of their sequence, found by sequence and by subject. */
export class StoredSubjects {
  readonly #init: StoredSubjectsInit
  /** Oldest first: sequences only rise, and a map keeps its order. */
  readonly #kept = new Map<number, Kept>()
  readonly #bySubject = new Map<string, StoredMessage[]>()
  /** By id, oldest first: what was stored under it, within the duplicate window. */
  readonly #ids = new Map<string, Kept>()
  #lastSequence = 0

  constructor(init: StoredSubjectsInit) {
    this.#init = init
  }

  append({ subject, headers, body, expect, id }: Append): Appended {
    this.#expire()
    const known = this.#ids.get(id)
    if (known) return { outcome: 'stored', sequence: known.message.sequence, duplicate: true }
    if ((this.last(subject)?.sequence ?? 0) !== expect) return { outcome: 'conflict' }
    const message = { subject, headers: { ...headers }, body: new Uint8Array(body), sequence: ++this.#lastSequence }
    const kept = { message, id, storedAt: this.#init.now() }
    this.#kept.set(message.sequence, kept)
    if (this.#init.duplicateWindowMs !== undefined) this.#ids.set(id, kept)
    const messages = this.#bySubject.get(subject) ?? []
    this.#bySubject.set(subject, messages)
    messages.push(message)
    if (messages.length > this.#init.maxPerSubject) this.#remove(messages[0] as StoredMessage)
    this.#init.onStored?.(message)
    return { outcome: 'stored', sequence: message.sequence, duplicate: false }
  }

  last(subject: string): StoredMessage | undefined {
    this.#expire()
    return this.#bySubject.get(subject)?.at(-1)
  }

  next(subject: string, from: number): StoredMessage | undefined {
    this.#expire()
    return this.#bySubject.get(subject)?.find(({ sequence }) => sequence >= from)
  }

  /** The newest message of every subject that matches, oldest first. */
  newest(pattern: string): readonly StoredMessage[] {
    this.#expire()
    const matches = subjectMatcher(pattern)
    return [...this.#bySubject]
      .filter(([subject]) => matches(subject))
      .map(([, messages]) => messages.at(-1) as StoredMessage)
      .sort((a, b) => a.sequence - b.sequence)
  }

  purge(subject: string): void {
    for (const message of [...(this.#bySubject.get(subject) ?? [])]) this.#remove(message)
  }

  #expire(): void {
    const { maxAgeMs, duplicateWindowMs, now } = this.#init
    if (maxAgeMs !== undefined) {
      for (const { message } of olderThan(this.#kept, now() - maxAgeMs)) this.#remove(message)
    }
    if (duplicateWindowMs !== undefined) {
      for (const { id } of olderThan(this.#ids, now() - duplicateWindowMs)) this.#ids.delete(id)
    }
  }

  /** Of a subject only the oldest is ever removed. */
  #remove({ subject, sequence }: StoredMessage): void {
    this.#kept.delete(sequence)
    const messages = this.#bySubject.get(subject)
    messages?.shift()
    if (messages?.length === 0) this.#bySubject.delete(subject)
  }
}

/** The first of `kept`, which are in the order in which they were stored, up to `limit`. */
function* olderThan(kept: ReadonlyMap<unknown, Kept>, limit: number): Iterable<Kept> {
  for (const one of kept.values()) {
    if (one.storedAt >= limit) return
    yield one
  }
}
