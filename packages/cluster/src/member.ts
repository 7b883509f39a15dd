import type { Role } from '@scaled-mcp/contracts'
import type { Lease } from './lease.ts'

/** What a member says about itself. */
export interface MemberInit {
  readonly id: string
  readonly role: Role
  readonly host: string
  readonly pid: number
  readonly build: string
  /** Kinds of actors that it hosts besides sessions. Default: none. */
  readonly kinds?: readonly string[]
}

/** A process's own place in the cluster, wherever its heartbeat is kept. */
export interface Member {
  /** Asked before anything is done as an owner. */
  readonly lease: Lease
  /** Resolves when another process has declared this one dead; what it owned belongs to others. Never rejects. */
  readonly lost: Promise<void>
  /** Writes the record and starts the heartbeat. @throws StoreUnavailable when the record cannot be written. */
  join(): Promise<void>
  /** Tells the others that this process takes nothing new. Never rejects: a missed word is logged. */
  drain(): Promise<void>
  /** Tells the others which kinds of actors this process hosts from now on. Never rejects. */
  offer(kinds: readonly string[]): Promise<void>
  /** Takes {@link drain} back. Never rejects. */
  undrain(): Promise<void>
  /**
   * Tells the others that its connection was lost and is back, so that nobody waits for what was on its way then. Never
   * rejects.
   */
  returned(): Promise<void>
  /** Gives the lease up, ends the heartbeat and writes `dead`. Never rejects. */
  leave(): Promise<void>
}
