import type { Random } from './random.ts'
import type { World } from './world.ts'

export interface MachineInit {
  /** Milliseconds that its clocks count for each true one. */
  readonly rate: number
  /** What its wall clock shows when the world begins, in milliseconds since 1970. */
  readonly wall: number
  /**
   * Whether it may be suspended; then its wall clock is never set back. Both at once no lease can survive, as neither
   * clock shows that time has passed (docs/guarantees.md).
   */
  readonly isSuspendable: boolean
}

/** When the world begins, on a wall clock that is right. */
const BEGINNING = Date.UTC(2026, 0, 1)
const WALL_ERROR_MS = 5_000

/** What a machine takes for time: a bit too fast or too slow; it may be suspended, and its wall clock may jump. */
export class Machine {
  readonly rate: number
  readonly isSuspendable: boolean
  readonly #world: World
  #wall: number
  /** True time during which the monotonic clock stood still. */
  #stoodStill = 0
  #stillSince: number | undefined

  constructor(world: World, { rate, wall, isSuspendable }: MachineInit) {
    this.rate = rate
    this.isSuspendable = isSuspendable
    this.#world = world
    this.#wall = wall
  }

  monotonic(): number {
    const now = this.#stillSince ?? this.#world.now
    return (now - this.#stoodStill) * this.rate
  }

  wall(): number {
    return Math.floor(this.#wall + this.#world.now * this.rate)
  }

  /** @param drift how much faster or slower than true time its clocks may be, from 0 up to 1. */
  static any(world: World, random: Random, drift: number): Machine {
    return new Machine(world, {
      rate: 1 + random.between(-drift, drift),
      wall: BEGINNING + random.between(-WALL_ERROR_MS, WALL_ERROR_MS),
      isSuspendable: random.chance(0.5)
    })
  }

  /** The wall clock is set. */
  step(ms: number): void {
    this.#wall += ms
  }

  /** The machine is suspended: the monotonic clock does not tick until {@link wake}. */
  suspend(): void {
    this.#stillSince ??= this.#world.now
  }

  wake(): void {
    if (this.#stillSince === undefined) return
    this.#stoodStill += this.#world.now - this.#stillSince
    this.#stillSince = undefined
  }
}
