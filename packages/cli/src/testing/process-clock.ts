import type { Clock, Timer } from '@scaled-mcp/actor'

/** The clock of one process of the cluster, which can be killed: then its timers do not fire any more. */
export class ProcessClock implements Clock {
  readonly #clock: Clock
  /** What has come due since the process was killed. */
  #held: Set<() => void> | undefined
  #isReleased = false

  constructor(clock: Clock) {
    this.#clock = clock
  }

  monotonic(): number {
    return this.#clock.monotonic()
  }

  wall(): number {
    return this.#clock.wall()
  }

  after(ms: number, run: () => void): Timer {
    const ring = () => {
      if (this.#held) this.#held.add(ring)
      else run()
    }
    const timer = this.#clock.after(this.#isReleased ? 0 : ms, ring)
    return {
      cancel: () => {
        timer.cancel()
        this.#held?.delete(ring)
      }
    }
  }

  /** Nothing fires from now on. */
  freeze(): void {
    this.#held ??= new Set()
  }

  /** What was held fires, and nothing waits any more: what is left of a killed process comes to its end. */
  release(): void {
    const held = this.#held ?? []
    this.#held = undefined
    this.#isReleased = true
    for (const ring of held) ring()
  }
}
