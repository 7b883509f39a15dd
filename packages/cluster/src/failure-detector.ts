/**
 * Finds workers whose heartbeat has ended, and writes that they are dead (cluster protocol §3.2).
 *
 * F1  Silence counts from what this process last saw, on its own clock, since it last saw everything; the worker itself
 *     stops earlier, by its lease, whose length its record tells.
 * F2  Whoever accuses is sound itself: its lease is held, and its own heartbeats reach it.
 * F3  The verdict is a compare-and-set on the very heartbeat that was last seen: one more heartbeat, and it fails.
 * F4  When more than half of the other workers, and at least two, look dead, it may be us who sees nothing: it waits
 *     once more as long.
 */
import type { Clock, Timer } from '@scaled-mcp/actor'
import { memberCodec } from '@scaled-mcp/contracts'
import type { Bucket } from '@scaled-mcp/mesh'
import { type Lease, type LeaseTimes, leaseTimes } from './lease.ts'
import type { MemberView, Seen } from './member-view.ts'

export interface FailureDetectorComponents {
  readonly members: Bucket
  readonly view: MemberView
  readonly lease: Lease
  readonly clock: Clock
  /** Told of each worker that this one has declared dead. */
  readonly declared: (id: string) => void
  /** Told of a verdict that could not be written; it is tried again. */
  readonly failed: (error: unknown) => void
}

export interface FailureDetectorInit {
  /** Id of the process that observes. */
  readonly self: string
  readonly times: LeaseTimes
}

export class FailureDetector {
  readonly #components: FailureDetectorComponents
  readonly #init: FailureDetectorInit
  #timer: Timer | undefined
  #isStopped = false

  constructor(components: FailureDetectorComponents, init: FailureDetectorInit) {
    this.#components = components
    this.#init = init
  }

  start(): void {
    this.#timer = this.#components.clock.after(this.#init.times.heartbeatMs / 2, () => {
      void this.#look().then(() => {
        if (!this.#isStopped) this.start()
      })
    })
  }

  stop(): void {
    this.#isStopped = true
    this.#timer?.cancel()
  }

  async #look(): Promise<void> {
    if (!this.#isSound()) return
    for (const { record, revision } of this.#silent()) {
      await this.#accuse(record.id, revision).catch(this.#components.failed)
    }
  }

  /** F2 */
  #isSound(): boolean {
    const { view, lease, clock } = this.#components
    const own = view.get(this.#init.self)
    const echoMs = own ? clock.monotonic() - own.since : Number.POSITIVE_INFINITY
    return lease.isHeld && view.synced && echoMs < this.#init.times.leaseMs
  }

  /** F1, F4 */
  #silent(): readonly Seen[] {
    const others = this.#components.view.all().filter((seen) => this.#isObserved(seen))
    const silent = others.filter((seen) => this.#silenceMs(seen) >= observeMsOf(seen))
    if (silent.length < 2 || silent.length * 2 <= others.length) return silent
    return silent.filter((seen) => this.#silenceMs(seen) >= 2 * observeMsOf(seen))
  }

  #isObserved({ record }: Seen): boolean {
    return record.role === 'worker' && record.state !== 'dead' && record.id !== this.#init.self
  }

  #silenceMs({ since }: Seen): number {
    return this.#components.clock.monotonic() - since
  }

  async #accuse(id: string, seen: number): Promise<void> {
    const { members, declared } = this.#components
    const entry = await members.get(id)
    if (entry?.revision !== seen || !this.#isSound()) return
    const record = { ...memberCodec.decode(entry.value), state: 'dead' as const, by: this.#init.self }
    const put = await members.put(id, memberCodec.encode(record), seen) // F3
    if (put.outcome === 'won') declared(id)
  }
}

/** By the worker's own lease, not by ours: the two may be set differently. */
function observeMsOf({ record }: Seen): number {
  return leaseTimes(record.leaseMs).observeMs
}
