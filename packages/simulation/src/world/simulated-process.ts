import { LocalClock } from './local-clock.ts'
import type { Machine } from './machine.ts'
import type { World } from './world.ts'

/** How a process stops for a while: `stop` it and its clocks go on; `suspend` its machine and only the wall clock does. */
export type PauseKind = 'stop' | 'suspend'

export interface SimulatedProcessComponents {
  readonly world: World
  readonly machine: Machine
}

/** One process, or a thread of one: everything in it happens through {@link execute}, so that it can stop and end. */
export class SimulatedProcess {
  readonly id: string
  readonly clock: LocalClock
  readonly #components: SimulatedProcessComponents
  readonly #threads: SimulatedProcess[] = []
  #state: 'running' | 'paused' | 'dead' = 'running'
  #waiting: (() => void)[] = []
  #mourners: (() => void)[] = []
  #resumedAt = 0

  constructor(components: SimulatedProcessComponents, id: string) {
    this.id = id
    this.#components = components
    this.clock = new LocalClock({ ...components, execute: (run) => this.execute(run) })
  }

  get machine(): Machine {
    return this.#components.machine
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

  /** A thread beside the main one: it stops and ends with the process. */
  thread(name: string): SimulatedProcess {
    const thread = new SimulatedProcess(this.#components, `${this.id}-${name}`)
    this.#threads.push(thread)
    return thread
  }

  /** Runs something in this process: now, in order when it goes on, or never. */
  execute(run: () => void): void {
    if (this.#state === 'running') run()
    else if (this.#state === 'paused') this.#waiting.push(run)
  }

  /** Stops it for `ms` milliseconds of true time. Does nothing unless it runs. */
  pause(ms: number, kind: PauseKind): void {
    if (this.#state !== 'running') return
    if (kind === 'suspend') this.machine.suspend()
    for (const thread of this.#threads) thread.stall(ms)
    this.stall(ms)
  }

  /** Something keeps this thread busy for `ms` milliseconds of true time; others go on. */
  stall(ms: number): void {
    if (this.#state !== 'running') return
    this.#state = 'paused'
    this.#components.world.note(`pause ${this.id}`)
    this.#components.world.after(ms, () => this.#resume())
  }

  kill(): void {
    if (this.isDead) return
    this.#state = 'dead'
    this.#waiting = []
    this.#components.world.note(`kill ${this.id}`)
    for (const thread of this.#threads) thread.kill()
    for (const mourner of this.#mourners) mourner()
  }

  onDeath(mourner: () => void): void {
    this.#mourners.push(mourner)
  }

  /** What had to wait happens one after the other, as if it had just come. */
  #resume(): void {
    if (this.#state !== 'paused') return
    const { world } = this.#components
    this.#state = 'running'
    this.#resumedAt = world.now
    this.machine.wake()
    world.note(`resume ${this.id}`)
    const waiting = this.#waiting
    this.#waiting = []
    for (const run of waiting) world.after(0, () => this.execute(run))
  }
}
