import { type Headers, header } from '@scaled-mcp/contracts'
import { type CasPutComponents, casPut } from './cas-put.ts'
import type { EventLog, StoredEvent } from './event-log.ts'
import { entryOf } from './record.ts'
import type { PutOutcome } from './record-store.ts'
import { retrying } from './retrying.ts'
import type { StoredMessage } from './stream.ts'
import type { Message } from './wire.ts'

/**
 * The event log on one stream. A replay reads message by message, from the leader: in order and complete by its nature,
 * with nothing on the server that could be left behind, and cheaper than a consumer for the few events of a resumption.
 */
export class StreamEventLog implements EventLog {
  readonly #components: CasPutComponents
  readonly #subjects: string

  /** @param subjects what the subjects of all logs begin with. */
  constructor(components: CasPutComponents, subjects: string) {
    this.#components = components
    this.#subjects = subjects
  }

  async append(key: string, { headers, body }: Message, expect: number): Promise<PutOutcome> {
    const outcome = await casPut(this.#components, { subject: this.#subjects + key, headers, body, expect })
    return outcome.outcome === 'lost' ? { outcome: 'lost', current: entryOf(outcome.current, this.#subjects) } : outcome
  }

  async last(key: string): Promise<number> {
    return (await this.newest(key))?.sequence ?? 0
  }

  async newest(key: string): Promise<StoredEvent | undefined> {
    const { stream, clock } = this.#components
    const message = await retrying(clock, () => stream.last(this.#subjects + key))
    return message && eventOf(message)
  }

  async at(key: string, sequence: number): Promise<StoredEvent | undefined> {
    const { stream, clock } = this.#components
    const message = await retrying(clock, () => stream.next(this.#subjects + key, sequence))
    return message?.sequence === sequence ? eventOf(message) : undefined
  }

  async replay(key: string, after: number, receive: (event: StoredEvent) => void): Promise<void> {
    const { stream, clock } = this.#components
    const subject = this.#subjects + key
    const end = await this.last(key)
    for (let from = after + 1; from <= end; ) {
      const message = await retrying(clock, () => stream.next(subject, from))
      if (message === undefined || message.sequence > end) return
      receive(eventOf(message))
      from = message.sequence + 1
    }
  }

  async purge(key: string): Promise<void> {
    const { stream, clock } = this.#components
    await retrying(clock, () => stream.purge(this.#subjects + key))
  }
}

/** The event as it was appended: the writer's mark is the store's business. */
function eventOf({ sequence, headers, body }: StoredMessage): StoredEvent {
  const { [header.nonce]: _, ...own } = headers ?? {}
  return { sequence, headers: isEmpty(own) ? undefined : own, body }
}

function isEmpty(headers: Headers): boolean {
  return Object.keys(headers).length === 0
}
