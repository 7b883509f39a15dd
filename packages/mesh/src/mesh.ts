import type { EventLog } from './event-log.ts'
import type { RecordStore } from './record-store.ts'
import type { Services } from './services.ts'
import type { Wire } from './wire.ts'

/** One process's connection to all others: the four ports and their common life. */
export interface Mesh {
  /** The process id it was connected with; part of its reply subject. */
  readonly process: string
  readonly wire: Wire
  readonly records: RecordStore
  readonly events: EventLog
  readonly services: Services
  /** What an operator wants to read in the log: the kind of mesh, server version, storage, replicas, durability. */
  readonly facts: Readonly<Record<string, string | number | boolean>>
  /** Sends what is buffered, ends every subscription, disconnects. Idempotent. */
  stop(): Promise<void>
}
