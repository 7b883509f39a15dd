/**
 * Actors across processes: who is there, who owns what, and how a message finds its owner.
 *
 * ```ts
 * import { systemClock } from '@scaled-mcp/actor'
 * import { Directory } from '@scaled-mcp/cluster'
 * import { mintProcessId, mintSessionId, Subjects, sessionAddress } from '@scaled-mcp/contracts'
 * import { MemoryBroker } from '@scaled-mcp/mesh'
 *
 * const worker = mintProcessId('worker', 'my-host')
 * const mesh = new MemoryBroker().connect({ process: worker, subjects: new Subjects() })
 * const directory = new Directory({ entries: mesh.records.directory, clock: systemClock })
 * const address = sessionAddress(mintSessionId())
 * await directory.create(address, worker) // { outcome: 'owned', epoch: 1, isNew: true }
 * await mesh.stop()
 * ```
 */
export { Directory, type DirectoryComponents, type Opened, type Ownership } from './directory.ts'
export { MemberView, type MemberViewComponents } from './member-view.ts'
export { Membership, type MembershipComponents, type MembershipInit } from './membership.ts'
export { place } from './placement.ts'
export { type Route, RouteCache } from './route-cache.ts'
export { type Addressed, addressed, Router, type RouterComponents, type RouterInit } from './router.ts'
