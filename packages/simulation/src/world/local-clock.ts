import type { Clock, Timer } from '@scaled-mcp/actor'
import type { World } from './world.ts'

export interface LocalClockInit {
  /** Milliseconds that this clock counts for each true one. */
  readonly rate: number
  /** What the wall clock shows when the world begins, in milliseconds since 1970. */
  readonly wall: number
}

export interface LocalClockComponents {
  readonly world: World
  /** Runs a timer: now, when the process can, or never. */
  readonly execute: (run: () => void) => void
}

/** Shorter than this no timer is planned anew: what is left is an error of rounding. */
const ROUNDING_MS = 1e-6

/** What a process takes for time: a bit too fast or too slow, and its wall clock may jump. */
export class LocalClock implements Clock {
  readonly #components: LocalClockComponents
  readonly #init: LocalClockInit
  #wallOffset = 0
  /** True time during which the monotonic clock stood still. */
  #stoodStill = 0
  #stillSince: number | undefined

  constructor(components: LocalClockComponents, init: LocalClockInit) {
    this.#components = components
    this.#init = init
  }

  monotonic(): number {
    const now = this.#stillSince ?? this.#components.world.now
    return (now - this.#stoodStill) * this.#init.rate
  }

  wall(): number {
    return Math.floor(this.#init.wall + this.#wallOffset + this.#components.world.now * this.#init.rate)
  }

  after(ms: number, run: () => void): Timer {
    const due = this.monotonic() + Math.max(0, ms)
    let planned: Timer | undefined
    let isCancelled = false
    const ring = (): void => {
      if (isCancelled) return
      const left = due - this.monotonic()
      if (left > ROUNDING_MS) plan(left)
      else run()
    }
    const plan = (left: number): void => {
      const { world, execute } = this.#components
      planned = world.after(left / this.#init.rate, () => execute(ring))
    }
    plan(ms)
    return {
      cancel: () => {
        isCancelled = true
        planned?.cancel()
      }
    }
  }

  /** The wall clock is set. */
  step(ms: number): void {
    this.#wallOffset += ms
  }

  /** The machine is suspended: the monotonic clock does not tick until {@link wake}. */
  standStill(): void {
    this.#stillSince ??= this.#components.world.now
  }

  wake(): void {
    if (this.#stillSince === undefined) return
    this.#stoodStill += this.#components.world.now - this.#stillSince
    this.#stillSince = undefined
  }
}
