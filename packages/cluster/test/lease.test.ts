import { VirtualClock } from '@scaled-mcp/actor'
import { describe, expect, it } from 'vitest'
import { Lease, leaseTimes } from '../src/index.ts'

class JumpyClock extends VirtualClock {
  jumpMs = 0
  /** How long the monotonic clock stood still. */
  sleptMs = 0

  override wall(): number {
    return super.wall() + this.jumpMs + this.sleptMs
  }
}

function held() {
  const clock = new JumpyClock(1_000)
  const memory = new SharedArrayBuffer(Lease.bytes)
  const lease = new Lease({ clock, memory }, 1_800)
  lease.renew({ monotonic: clock.monotonic(), wall: clock.wall() })
  return { clock, lease, memory }
}

describe('a lease', () => {
  it('is not held before the first heartbeat', () => {
    expect(new Lease({ clock: new VirtualClock() }, 1_800).isHeld).toBe(false)
  })

  it('ends by itself when heartbeats stop, so that a paused process finds it ended when it wakes (L1, L2)', () => {
    const { clock, lease } = held()
    clock.advance(1_799)
    expect(lease.isHeld).toBe(true)
    clock.advance(1)
    expect(lease.isHeld).toBe(false)
  })

  it('counts from when the heartbeat was sent, not from when it was acknowledged (L1)', () => {
    const { clock, lease } = held()
    const sent = { monotonic: clock.monotonic(), wall: clock.wall() }
    clock.advance(1_000)
    lease.renew(sent)
    clock.advance(900)
    expect(lease.isHeld).toBe(false)
  })

  it('ends while the monotonic clock stands still, as it does in a suspended machine (L1)', () => {
    const { clock, lease } = held()
    clock.sleptMs = 1_800
    expect(lease.isHeld).toBe(false)
  })

  it('is not made longer by a wall clock that is set back (L1)', () => {
    const { clock, lease } = held()
    clock.jumpMs = -3_600_000
    clock.advance(1_800)
    expect(lease.isHeld).toBe(false)
  })

  it('is one lease for every thread that has its memory', () => {
    const { clock, lease, memory } = held()
    const elsewhere = new Lease({ clock, memory }, 1_800)
    expect(elsewhere.isHeld).toBe(true)
    elsewhere.lose()
    expect(lease.isHeld).toBe(false)
  })

  it('once lost is never held again (L3)', () => {
    const { clock, lease } = held()
    lease.lose()
    lease.renew({ monotonic: clock.monotonic(), wall: clock.wall() })
    lease.suspend()
    expect([lease.isHeld, lease.isLost]).toEqual([false, true])
  })
})

it('an observer waits longer than the owner acts, with clocks that differ by 16 % at worst', () => {
  const { leaseMs, observeMs, heartbeatMs } = leaseTimes(1_800)
  expect([heartbeatMs, observeMs]).toEqual([300, 2_500])
  expect(leaseMs / (1 - 0.16)).toBeLessThan(observeMs / (1 + 0.16))
})
