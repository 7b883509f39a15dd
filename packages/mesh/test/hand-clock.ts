import type { Clock } from '../src/clock.ts'

/** A clock in the test's hands, and how many timers it holds. */
export class HandClock implements Clock {
  now = 0
  readonly timers = new Set<{ readonly at: number; readonly run: () => void }>()
  monotonic = (): number => this.now
  wall = (): number => 1_000_000 + this.now

  after(ms: number, run: () => void) {
    const timer = { at: this.now + ms, run }
    this.timers.add(timer)
    return { cancel: () => this.timers.delete(timer) }
  }

  pass(ms: number): void {
    this.now += ms
    for (const timer of [...this.timers]) {
      if (timer.at > this.now) continue
      this.timers.delete(timer)
      timer.run()
    }
  }
}
