import type { RestartOptions } from './supervision.ts'

/** The restarts of one actor: how many it has left, and how long it pauses before the next. */
export class RestartBudget {
  readonly #options: Required<RestartOptions>
  readonly #random: () => number
  /** When it was restarted within the span, on the monotonic clock. */
  #spent: readonly number[] = []

  /** @param random a number from 0 up to 1, as `Math.random`. */
  constructor(options: RestartOptions = {}, random: () => number) {
    this.#options = { limit: 5, withinMs: 60_000, minBackoffMs: 100, maxBackoffMs: 10_000, ...options }
    this.#random = random
  }

  /**
   * Spends one restart.
   * @param now on the monotonic clock, in milliseconds.
   * @returns how long to pause before it, in milliseconds; undefined when none is left.
   */
  spend(now: number): number | undefined {
    const { limit, withinMs, minBackoffMs, maxBackoffMs } = this.#options
    this.#spent = this.#spent.filter((at) => now - at < withinMs)
    if (this.#spent.length >= limit) return undefined
    const longest = Math.min(maxBackoffMs, minBackoffMs * 2 ** this.#spent.length)
    const pause = (longest * (1 + this.#random())) / 2 // half of it by chance: what failed together returns apart
    this.#spent = [...this.#spent, now + pause]
    return pause
  }
}
