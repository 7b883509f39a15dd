import { Lease, type Moment } from '@scaled-mcp/cluster'
import type { LeaseInit } from './mutation.ts'

/** Held whatever time it is. */
export class EternalLease extends Lease {
  constructor({ clock, leaseMs }: LeaseInit) {
    super({ clock }, leaseMs)
  }

  override get isHeld(): boolean {
    return true
  }
}

/** Counts from the acknowledgement of a heartbeat. */
export class LateLease extends Lease {
  readonly #clock: LeaseInit['clock']

  constructor({ clock, leaseMs }: LeaseInit) {
    super({ clock }, leaseMs)
    this.#clock = clock
  }

  override renew(_sent: Moment): void {
    super.renew({ monotonic: this.#clock.monotonic(), wall: this.#clock.wall() })
  }
}

/** A clock on which no time passes: it ends no lease. */
const stopped = (): number => 0

export function monotonicLease({ clock, leaseMs }: LeaseInit): Lease {
  return new Lease({ clock: { monotonic: () => clock.monotonic(), wall: stopped } }, leaseMs)
}

export function wallLease({ clock, leaseMs }: LeaseInit): Lease {
  return new Lease({ clock: { monotonic: stopped, wall: () => clock.wall() } }, leaseMs)
}
