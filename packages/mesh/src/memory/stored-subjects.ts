import type { Append, Appended, StoredMessage } from '../stream.ts'
import { subjectMatcher } from '../subject-pattern.ts'

export interface StoredSubjectsInit {
  /** Messages kept per subject; the oldest go. */
  readonly maxPerSubject: number
  /** Messages older than this are gone, in milliseconds. */
  readonly maxAgeMs?: number
  /** Told of every message stored. */
  readonly onStored?: ((message: StoredMessage) => void) | undefined
  /** Milliseconds that only rise. */
  readonly now: () => number
}

interface Kept {
  readonly message: StoredMessage
  readonly storedAt: number
}

/** What a stream keeps: messages in the order of their sequence, found by sequence and by subject. */
export class StoredSubjects {
  readonly #init: StoredSubjectsInit
  /** Oldest first: sequences only rise, and a map keeps its order. */
  readonly #kept = new Map<number, Kept>()
  readonly #bySubject = new Map<string, StoredMessage[]>()
  #lastSequence = 0

  constructor(init: StoredSubjectsInit) {
    this.#init = init
  }

  /** Checks the sequence and nothing else, as nats-server does from 2.12 on: a repeated append is a conflict. */
  append({ subject, headers, body, expect }: Append): Appended {
    this.#expire()
    if ((this.last(subject)?.sequence ?? 0) !== expect) return { outcome: 'conflict' }
    const message = { subject, headers: { ...headers }, body: new Uint8Array(body), sequence: ++this.#lastSequence }
    this.#kept.set(message.sequence, { message, storedAt: this.#init.now() })
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
    const { maxAgeMs, now } = this.#init
    if (maxAgeMs === undefined) return
    const limit = now() - maxAgeMs
    for (const { message, storedAt } of this.#kept.values()) {
      if (storedAt >= limit) return
      this.#remove(message)
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
