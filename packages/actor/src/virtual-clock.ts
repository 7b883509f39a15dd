import type { Clock, Timer } from './clock.ts'

interface Pending {
  readonly at: number
  readonly run: () => void
}

/** Time that passes only when a test says so. Timers fire in the order of their time, then of their making. */
export class VirtualClock implements Clock {
  #now: number
  readonly #pending = new Set<Pending>()

  /** Starts at `now` milliseconds, on both scales. */
  constructor(now = 0) {
    this.#now = now
  }

  monotonic(): number {
    return this.#now
  }

  wall(): number {
    return this.#now
  }

  after(ms: number, run: () => void): Timer {
    const pending = { at: this.#now + Math.max(0, ms), run }
    this.#pending.add(pending)
    return { cancel: () => this.#pending.delete(pending) }
  }

  /** Lets `ms` milliseconds pass, firing every timer due on the way, also those that timers arm. */
  advance(ms: number): void {
    const end = this.#now + ms
    while (this.step(end));
    this.#now = end
  }

  /** Whether a timer is due at this moment. */
  get isDue(): boolean {
    return this.#next(this.#now) !== undefined
  }

  /** Goes on to the earliest timer that is due at `end` or before, and fires it; false when there is none. */
  step(end: number): boolean {
    const due = this.#next(end)
    if (!due) return false
    this.#pending.delete(due)
    this.#now = due.at
    due.run()
    return true
  }

  /** The earliest timer not later than `end`; of equals the one armed first, as a Set keeps order. */
  #next(end: number): Pending | undefined {
    let next: Pending | undefined
    for (const pending of this.#pending) {
      if (pending.at <= end && (next === undefined || pending.at < next.at)) next = pending
    }
    return next
  }
}
