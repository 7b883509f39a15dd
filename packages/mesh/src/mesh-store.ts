import type { Clock } from './clock.ts'
import type { EventLog } from './event-log.ts'
import { type BucketSpec, bucketName, bucketStream, buckets, eventStream } from './layout.ts'
import type { Bucket, RecordStore } from './record-store.ts'
import type { Stream } from './stream.ts'
import { StreamBucket } from './stream-bucket.ts'
import { StreamEventLog } from './stream-event-log.ts'
import type { OnError, Transport } from './transport.ts'

export interface MeshStoreComponents {
  readonly transport: Transport
  readonly clock: Clock
  readonly onError: OnError
  /** The stream behind what `layout.ts` lists under this name. */
  readonly stream: (name: string) => Stream
}

/** The buckets and the log of one process, over whatever streams there are. */
export class MeshStore {
  readonly records: RecordStore
  readonly events: EventLog

  /** @param prefix of the deployment. */
  constructor(components: MeshStoreComponents, prefix: string) {
    const { stream, clock } = components
    const open = (spec: BucketSpec): Bucket =>
      new StreamBucket({ ...components, stream: stream(bucketStream(prefix, spec)) }, { prefix, spec })
    this.records = {
      members: open(buckets.members),
      directory: open(buckets.directory),
      state: open(buckets.state),
      meta: open(buckets.meta)
    }
    this.events = new StreamEventLog({ stream: stream(bucketName(prefix, eventStream)), clock }, `${prefix}.out.`)
  }
}
