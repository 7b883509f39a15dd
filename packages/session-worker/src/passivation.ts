/**
 * Lets sessions that nobody uses leave this worker's memory. They stay alive in the store, and the next message opens them
 * on any worker.
 *
 * S1  Only a session in which nothing is in flight and that nobody listens to leaves.
 * S2  It leaves when it has been idle for `idleMs`, or when it is among the longest idle of more than `maxInMemory`.
 */
import type { Clock, Timer } from '@scaled-mcp/actor'
import type { LivingActor } from './living-actor.ts'

export interface PassivationComponents {
  readonly clock: Clock
  /** The sessions in memory. */
  readonly living: () => readonly LivingActor[]
  /** Gives these sessions up, unless they are in use again by then. Never rejects. */
  readonly release: (sessions: readonly LivingActor[]) => Promise<unknown>
}

export interface PassivationInit {
  /** How long a session must have been idle, in milliseconds. */
  readonly idleMs: number
  /** Sessions that may stay in memory whatever they do. */
  readonly maxInMemory: number
}

/** How often it looks, as a part of `idleMs`, and at the most. */
const LOOKS = 10
const LOOK_AT_MOST_MS = 30_000

export class Passivation {
  readonly #components: PassivationComponents
  readonly #init: PassivationInit
  #timer: Timer | undefined
  #isStopped = false

  constructor(components: PassivationComponents, init: PassivationInit) {
    this.#components = components
    this.#init = init
  }

  start(): void {
    const ms = Math.min(this.#init.idleMs / LOOKS, LOOK_AT_MOST_MS)
    this.#timer = this.#components.clock.after(ms, () => {
      void this.#components.release(this.#due()).then(() => {
        if (!this.#isStopped) this.start()
      })
    })
  }

  stop(): void {
    this.#isStopped = true
    this.#timer?.cancel()
  }

  #due(): readonly LivingActor[] {
    const { clock, living } = this.#components
    const now = clock.monotonic()
    const all = living()
    const unused = all.filter(({ isUnused }) => isUnused) // S1
    const excess = all.length - this.#init.maxInMemory
    if (excess > 0) unused.sort((a, b) => a.usedAt - b.usedAt)
    return unused.filter(({ usedAt }, i) => i < excess || now - usedAt >= this.#init.idleMs) // S2
  }
}
