import type { Clock, Timer } from '@scaled-mcp/actor'
import type { Machine } from './machine.ts'
import type { World } from './world.ts'

export interface LocalClockComponents {
  readonly world: World
  readonly machine: Machine
  /** Runs a timer: now, when the process can, or never. */
  readonly execute: (run: () => void) => void
}

/** Shorter than this no timer is planned anew: what is left is an error of rounding. */
const ROUNDING_MS = 1e-6

/** The clock of one process, by its machine's time. */
export class LocalClock implements Clock {
  readonly #components: LocalClockComponents

  constructor(components: LocalClockComponents) {
    this.#components = components
  }

  monotonic(): number {
    return this.#components.machine.monotonic()
  }

  wall(): number {
    return this.#components.machine.wall()
  }

  after(ms: number, run: () => void): Timer {
    const { world, machine, execute } = this.#components
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
      planned = world.after(left / machine.rate, () => execute(ring))
    }
    plan(ms)
    return {
      cancel: () => {
        isCancelled = true
        planned?.cancel()
      }
    }
  }
}
