/**
 * Actors across processes: who is there, who owns what, and how a message finds its owner.
 *
 * ```ts
 * import { systemClock } from '@scaled-mcp/actor'
 * import { Directory, leaseTimes, MemberView } from '@scaled-mcp/cluster'
 * import { mintProcessId, mintSessionId, Subjects, sessionAddress } from '@scaled-mcp/contracts'
 * import { MemoryBroker } from '@scaled-mcp/mesh'
 *
 * const worker = mintProcessId('worker', 'my-host')
 * const mesh = new MemoryBroker().connect({ process: worker, subjects: new Subjects() })
 * const seen = { members: mesh.records.members, clock: systemClock, unreadable: (key: string) => process.emitWarning(key) }
 * const members = new MemberView(seen, { freshMs: leaseTimes(1_800).observeMs })
 * const directory = new Directory({ entries: mesh.records.directory, members, clock: systemClock })
 * const address = sessionAddress(mintSessionId())
 * await directory.create(address, worker) // { outcome: 'owned', claim: { epoch: 1, nonce: '…' }, isNew: true }
 * await mesh.stop()
 * ```
 */
export { actorAddress } from './actor-address.ts'
export { contextOf, decodeValue, encodeAnswer, encodeFailure } from './actor-message.ts'
export { ClusterActors, type ClusterActorsComponents } from './cluster-actors.ts'
export { ClusterDeathWatch, type ClusterDeathWatchComponents } from './cluster-death-watch.ts'
export type { DeadLetter } from './cluster-ref.ts'
export { certifyDeath, type DeathCertificateComponents, type DeathCertificateInit } from './death-certificate.ts'
export { type Claim, Directory, type DirectoryComponents, type Opened, type Ownership } from './directory.ts'
export { FailureDetector, type FailureDetectorComponents, type FailureDetectorInit } from './failure-detector.ts'
export { Lease, type LeaseComponents, type LeaseTimes, leaseTimes, type Moment } from './lease.ts'
export { LeaseKeeper, type LeaseKeeperComponents, type LeaseKeeperInit } from './lease-keeper.ts'
export type { KeeperConnection } from './lease-keeper-thread.ts'
export type { Member, MemberInit } from './member.ts'
export { MemberView, type MemberViewComponents, type MemberViewInit, type Seen } from './member-view.ts'
export { Membership, type MembershipComponents, type MembershipInit } from './membership.ts'
export { place } from './placement.ts'
export { type Route, RouteCache } from './route-cache.ts'
export { type Addressed, addressed, Router, type RouterComponents, type RouterInit } from './router.ts'
