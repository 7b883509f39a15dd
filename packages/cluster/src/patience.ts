/**
 * How long one question waits for somebody to take it: for `holdMs` at a stretch, and until its deadline in all. Costs
 * nothing before the first wait.
 */
import type { Clock, Timer } from '@scaled-mcp/actor'
import type { HeldAsks } from './held-asks.ts'

export interface PatienceComponents {
  readonly clock: Clock
  readonly held: HeldAsks
}

export interface PatienceInit {
  readonly holdMs: number
  /** When everything ends, on the monotonic clock, in milliseconds; `Infinity`: never. */
  readonly expiresAt: number
  /** Called once when that has come, after {@link Patience.watch}. */
  readonly expired: () => void
}

export class Patience {
  readonly #components: PatienceComponents
  readonly #init: PatienceInit
  #waits = 0
  #holdUntil: number | undefined
  #deadline: Timer | undefined

  constructor(components: PatienceComponents, init: PatienceInit) {
    this.#components = components
    this.#init = init
  }

  /** What is left until the deadline, in milliseconds. */
  get leftMs(): number {
    return Math.max(0, this.#init.expiresAt - this.#components.clock.monotonic())
  }

  /** Watches the deadline from here: nobody else does while nothing is under way. */
  watch(): void {
    if (this.leftMs === Number.POSITIVE_INFINITY) return
    this.#deadline ??= this.#components.clock.after(this.leftMs, this.#init.expired)
  }

  /** Calls `again` once, soon; or says that it has lasted long enough, or that too many wait for the address. */
  wait(key: string, again: () => void): 'held' | 'over' | 'full' {
    const { clock, held } = this.#components
    const now = clock.monotonic()
    const pause = held.pauseMs(this.#waits++)
    this.watch()
    this.#holdUntil ??= now + this.#init.holdMs
    if (now + pause > this.#holdUntil) return 'over'
    if (!held.hasRoom(key)) return 'full'
    held.hold(key, pause, again)
    return 'held'
  }

  /** Somebody had taken it: waiting counts from the beginning, the deadline stays. */
  renew(): void {
    this.#waits = 0
    this.#holdUntil = undefined
  }

  end(): void {
    this.#deadline?.cancel()
  }
}
