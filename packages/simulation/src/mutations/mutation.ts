import type { Clock } from '@scaled-mcp/actor'
import type { Lease, Member } from '@scaled-mcp/cluster'
import type { Bucket, Mesh } from '@scaled-mcp/mesh'
import type { DeliveryClass } from '@scaled-mcp/server'
import type { MixName } from '../faults/fault-mix.ts'
import type { Stored } from '../referee/store-referee.ts'

export interface LeaseInit {
  readonly clock: Clock
  readonly leaseMs: number
}

/** What a mutation may know of the event logs that no process can. */
export interface Log {
  /** The sequence of the last event that was stored, of whichever session. */
  readonly last: number
}

/** A safety mechanism switched off, by changing what the product is put together from. Absent means as it is. */
export interface Mutation {
  /** The faults that it is tried under. Default: as the seed chooses. */
  readonly mix?: MixName
  /** What a worker's sessions, views and verdicts work with. */
  readonly workerMesh?: (mesh: Mesh, log: Log) => Mesh
  readonly gatewayMesh?: (mesh: Mesh) => Mesh
  /** Where a worker keeps its own record. */
  readonly heartbeats?: (members: Bucket) => Bucket
  readonly lease?: (init: LeaseInit) => Lease
  /** The length of its lease that a worker tells the others, in milliseconds. */
  readonly toldLeaseMs?: number
  /** A worker's place in the cluster. */
  readonly member?: (member: Member) => Member
  /** What the session's server says of every request. */
  readonly deliveryClass?: DeliveryClass
  /** What happens to a message when it has been stored. */
  readonly stored?: (message: Stored) => void
}
