/**
 * How processes reach each other and what they remember together: four ports, over NATS and in memory.
 *
 * ```ts
 * import { Subjects } from '@scaled-mcp/contracts'
 * import { MemoryBroker } from '@scaled-mcp/mesh'
 *
 * const broker = new MemoryBroker()
 * const subjects = new Subjects()
 * const worker = broker.connect({ process: 'w-1', subjects })
 * const gateway = broker.connect({ process: 'g-1', subjects })
 * worker.wire.serve('mcp.worker.w-1.echo', ({ body, reply }) => reply?.end({ body }))
 * const answer = await gateway.wire.ask('mcp.worker.w-1.echo', { body: Buffer.from('hello') }, { timeoutMs: 1_000 })
 * ```
 *
 * The same over NATS: `await connectNatsMesh({ servers, process, subjects, durability })`.
 */
export { type Clock, pause, systemClock, type Timer } from './clock.ts'
export type { EventLog, StoredEvent } from './event-log.ts'
export { type BucketSpec, buckets, type Durability, eventStream } from './layout.ts'
export { MemoryBroker, type MemoryBrokerOptions, type MemoryMeshOptions } from './memory/memory-broker.ts'
export type { Network } from './memory/network.ts'
export type { Mesh } from './mesh.ts'
export type { NatsCredentials } from './nats/credentials.ts'
export { connectNatsMesh, type NatsMeshOptions } from './nats/nats-mesh.ts'
export type { Bucket, Entry, PutOutcome, RecordStore, Watch, WatchListener, WatchOptions } from './record-store.ts'
export type { Announcement, ServiceDescription, ServiceStats, Services } from './services.ts'
export type { OnError } from './transport.ts'
export type {
  AskOptions,
  Delivery,
  Exchange,
  Frame,
  FrameReceiver,
  Message,
  Reply,
  Serving,
  Wire
} from './wire.ts'
