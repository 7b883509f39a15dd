/**
 * The right to act for what this process owns, for a bounded time after each stored heartbeat (cluster protocol §3.2).
 *
 * L1  Held only while less than the lease's length has passed since the *first attempt* of the last stored heartbeat was
 *     sent, on both clocks: the monotonic one stops while a machine is suspended, the wall clock may jump, and the
 *     larger of both is safe.
 * L2  Asked, not told: whoever is about to act looks, since a timer fires late in a process that was paused.
 * L3  What is lost is never held again: another process has said that this one is dead.
 */
import type { Clock } from '@scaled-mcp/actor'

/** The three durations of a lease, in milliseconds. */
export interface LeaseTimes {
  /** Between heartbeats. */
  readonly heartbeatMs: number
  /** How long a process may act after a heartbeat. */
  readonly leaseMs: number
  /** How long a heartbeat must have been missing before another process may say that this one is dead. */
  readonly observeMs: number
}

/**
 * Heartbeats six times as often as the lease needs, and observers that wait 1.39 times as long: safe as long as no
 * clock runs more than 16 % faster or slower than another. Derived, so that no setting can break it.
 */
export function leaseTimes(leaseMs: number): LeaseTimes {
  return { heartbeatMs: leaseMs / 6, leaseMs, observeMs: (leaseMs * 25) / 18 }
}

/** A moment on both clocks. */
export interface Moment {
  readonly monotonic: number
  readonly wall: number
}

const MONOTONIC = 0
const WALL = 1
const STATE = 2
const NOT_YET = 0n
const HELD = 1n
const LOST = 2n

export interface LeaseComponents {
  /** Its monotonic scale must be the same for everyone who shares the lease. */
  readonly clock: Pick<Clock, 'monotonic' | 'wall'>
  /** Where the lease is kept; memory that threads share makes it one lease for them all. Default: its own. */
  readonly memory?: SharedArrayBuffer
}

/** A lease; several objects on the same memory are the same lease. */
export class Lease {
  /** Size of the memory that a lease is kept in. */
  static readonly bytes = 3 * BigInt64Array.BYTES_PER_ELEMENT
  readonly #clock: LeaseComponents['clock']
  readonly #cells: BigInt64Array
  readonly #leaseMs: number

  constructor({ clock, memory = new SharedArrayBuffer(Lease.bytes) }: LeaseComponents, leaseMs: number) {
    this.#clock = clock
    this.#cells = new BigInt64Array(memory, 0, 3)
    this.#leaseMs = leaseMs
  }

  /** Whether this process may act as an owner, now (L1, L2). */
  get isHeld(): boolean {
    if (Atomics.load(this.#cells, STATE) !== HELD) return false
    const elapsed = this.#clock.monotonic() - Number(Atomics.load(this.#cells, MONOTONIC))
    const elapsedWall = this.#clock.wall() - Number(Atomics.load(this.#cells, WALL))
    return Math.max(elapsed, elapsedWall) < this.#leaseMs
  }

  get isLost(): boolean {
    return Atomics.load(this.#cells, STATE) === LOST
  }

  /** A heartbeat was stored whose first attempt was sent at `sent`. */
  renew({ monotonic, wall }: Moment): void {
    if (this.isLost) return // L3
    // Rounded down: a lease may end early, never late.
    Atomics.store(this.#cells, MONOTONIC, BigInt(Math.floor(monotonic)))
    Atomics.store(this.#cells, WALL, BigInt(Math.floor(wall)))
    Atomics.store(this.#cells, STATE, HELD)
  }

  /** Gives the lease up until the next heartbeat. */
  suspend(): void {
    if (!this.isLost) Atomics.store(this.#cells, STATE, NOT_YET)
  }

  /** Another process has declared this one dead (L3). */
  lose(): void {
    Atomics.store(this.#cells, STATE, LOST)
  }
}
