import { setImmediate as turn } from 'node:timers/promises'
import type { Clock, Timer } from '@scaled-mcp/actor'

interface Pending {
  readonly at: number
  readonly run: () => void
}

const STEP_MS = 20

/** The clock of a cluster whose time passes only when a test says so. */
export class VirtualTime implements Clock {
  readonly #began = Date.now()
  readonly #pending = new Set<Pending>()
  #now = 0
  #advancing: Promise<void> = Promise.resolve()

  monotonic(): number {
    return this.#now
  }

  wall(): number {
    return this.#began + this.#now
  }

  after(ms: number, run: () => void): Timer {
    const pending = { at: this.#now + Math.max(0, ms), run }
    this.#pending.add(pending)
    return { cancel: () => this.#pending.delete(pending) }
  }

  /**
   * Lets `ms` milliseconds pass, timer by timer; time stands still until `settled` says that what a timer has set off
   * is done. One call after the other. Rejects with what a timer throws.
   */
  advance(ms: number, settled: () => Promise<void>): Promise<void> {
    if (!(ms >= 0 && ms < Number.POSITIVE_INFINITY)) throw new RangeError(`not a number of milliseconds: ${ms}`)
    const advanced = this.#advancing.then(() => this.#advance(ms, settled))
    this.#advancing = advanced.catch(() => undefined) // whoever asked has the rejection
    return advanced
  }

  /** Lets time pass until `work` is over. */
  async during(work: Promise<void>, settled: () => Promise<void>): Promise<void> {
    let isOver = false
    const over = () => {
      isOver = true
    }
    void work.then(over, over)
    while (!isOver) await this.advance(STEP_MS, settled)
    await work
  }

  async #advance(ms: number, settled: () => Promise<void>): Promise<void> {
    const end = this.#now + ms
    await settled()
    for (let due = this.#next(end); due; due = this.#next(end)) {
      this.#pending.delete(due)
      this.#now = due.at
      due.run()
      await (this.#next(due.at) ? turn() : settled())
    }
    this.#now = end
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
