import type { Clock } from '@scaled-mcp/actor'
import type { Lease } from '@scaled-mcp/cluster'
import type { Bucket, Mesh } from '@scaled-mcp/mesh'
import type { Stored } from '../referee/store-referee.ts'

/** A safety mechanism switched off, by changing what the product is composed of. Absent means as it is. */
export interface Mutation {
  /** What a worker's sessions work with. */
  readonly workerMesh?: (mesh: Mesh) => Mesh
  readonly gatewayMesh?: (mesh: Mesh) => Mesh
  /** Where a worker keeps its own record. */
  readonly heartbeats?: (members: Bucket) => Bucket
  readonly lease?: (clock: Clock, leaseMs: number) => Lease
  /** The lease that the failure detector takes the others' to be, in milliseconds. */
  readonly observedLeaseMs?: (leaseMs: number) => number
  /** What happens to a message when it has been stored. */
  readonly stored?: (message: Stored) => void
}
