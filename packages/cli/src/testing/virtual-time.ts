import { setImmediate as turn } from 'node:timers/promises'
import { type Clock, type Timer, VirtualClock } from '@scaled-mcp/actor'

const STEP_MS = 20

/** The clock of a cluster whose time passes only when a test says so. */
export class VirtualTime implements Clock {
  readonly #clock = new VirtualClock(Date.now())
  #advancing: Promise<void> = Promise.resolve()

  monotonic(): number {
    return this.#clock.monotonic()
  }

  wall(): number {
    return this.#clock.wall()
  }

  after(ms: number, run: () => void): Timer {
    return this.#clock.after(ms, run)
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
    const end = this.#clock.monotonic() + ms
    await settled()
    while (this.#clock.step(end)) await (this.#clock.isDue ? turn() : settled())
    this.#clock.advance(end - this.#clock.monotonic())
  }
}
