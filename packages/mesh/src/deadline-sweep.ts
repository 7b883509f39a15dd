import type { Clock, Timer } from './clock.ts'

/**
 * One timer for any number of deadlines, armed to the earliest. What ends in time costs nothing more:
 * its deadline is simply not found any more when the sweep comes by.
 */
export class DeadlineSweep {
  readonly #clock: Clock
  readonly #sweep: (now: number) => number
  #timer: Timer | undefined
  #armedFor = Number.POSITIVE_INFINITY

  /** @param sweep ends what is due at `now` and returns the earliest deadline left; both on the monotonic clock. */
  constructor(clock: Clock, sweep: (now: number) => number) {
    this.#clock = clock
    this.#sweep = sweep
  }

  /** Makes sure that the sweep comes by at `deadline`, in milliseconds of the monotonic clock. */
  arm(deadline: number): void {
    if (deadline >= this.#armedFor) return
    this.#timer?.cancel()
    this.#armedFor = deadline
    // Timers above 2^31 ms fire at once; coming by too early only costs another sweep.
    const ms = Math.min(Math.max(1, Math.ceil(deadline - this.#clock.monotonic())), 2 ** 31 - 1)
    this.#timer = this.#clock.after(ms, () => this.#run())
  }

  stop(): void {
    this.#timer?.cancel()
    this.#armedFor = Number.POSITIVE_INFINITY
  }

  #run(): void {
    this.#armedFor = Number.POSITIVE_INFINITY
    this.arm(this.#sweep(this.#clock.monotonic()))
  }
}
