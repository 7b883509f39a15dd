import { LocalClock } from './local-clock.ts'
import type { Random } from './random.ts'
import type { World } from './world.ts'

/** How a process stops for a while: `stop` it and its clocks go on; `suspend` its machine and only the wall clock does. */
export type PauseKind = 'stop' | 'suspend'

export interface SimulatedProcessComponents {
  readonly world: World
  readonly random: Random
}

export interface SimulatedProcessInit {
  readonly id: string
  /** How much faster or slower than true time its clock may be, from 0 up to 1. */
  readonly drift: number
}

/** When the world begins, on a wall clock that is right. */
const BEGINNING = Date.UTC(2026, 0, 1)
const WALL_ERROR_MS = 5_000

/** One process: everything in it happens through {@link execute}, so that it can be paused and killed. */
export class SimulatedProcess {
  readonly id: string
  readonly clock: LocalClock
  /**
   * Whether its machine may be suspended; then its wall clock is never set back. Both at once no lease can survive, as
   * neither clock shows that time has passed (docs/guarantees.md).
   */
  readonly isSuspendable: boolean
  readonly #world: World
  #state: 'running' | 'paused' | 'dead' = 'running'
  #waiting: (() => void)[] = []
  #mourners: (() => void)[] = []
  #resumedAt = 0

  constructor({ world, random }: SimulatedProcessComponents, { id, drift }: SimulatedProcessInit) {
    this.id = id
    this.#world = world
    this.isSuspendable = random.chance(0.5)
    const rate = 1 + random.between(-drift, drift)
    const wall = BEGINNING + random.between(-WALL_ERROR_MS, WALL_ERROR_MS)
    this.clock = new LocalClock({ world, execute: (run) => this.execute(run) }, { rate, wall })
  }

  get isDead(): boolean {
    return this.#state === 'dead'
  }

  get isRunning(): boolean {
    return this.#state === 'running'
  }

  /** Whether it was stopped or ended at any time since `time`. */
  stoodStillSince(time: number): boolean {
    return this.#state !== 'running' || this.#resumedAt > time
  }

  /** Runs something in this process: now, in order when it goes on, or never. */
  execute(run: () => void): void {
    if (this.#state === 'running') run()
    else if (this.#state === 'paused') this.#waiting.push(run)
  }

  /** Stops it for `ms` milliseconds of true time. Does nothing unless it runs. */
  pause(ms: number, kind: PauseKind): void {
    if (this.#state !== 'running') return
    this.#state = 'paused'
    if (kind === 'suspend') this.clock.standStill()
    this.#world.note(`pause ${this.id}`)
    this.#world.after(ms, () => this.#resume())
  }

  kill(): void {
    if (this.isDead) return
    this.#state = 'dead'
    this.#waiting = []
    this.#world.note(`kill ${this.id}`)
    for (const mourner of this.#mourners) mourner()
  }

  onDeath(mourner: () => void): void {
    this.#mourners.push(mourner)
  }

  /** What had to wait happens one after the other, as if it had just come. */
  #resume(): void {
    if (this.#state !== 'paused') return
    this.#state = 'running'
    this.#resumedAt = this.#world.now
    this.clock.wake()
    this.#world.note(`resume ${this.id}`)
    const waiting = this.#waiting
    this.#waiting = []
    for (const run of waiting) this.#world.after(0, () => this.execute(run))
  }
}
