/**
 * Ends sessions whose client has opened them and then never said that it is initialized: abandoned, or only probed.
 *
 * N1  One that is being used, whatever its client has said, stays.
 */
import type { Clock, Timer } from '@scaled-mcp/actor'
import { addressKey } from '@scaled-mcp/contracts'
import type { LivingSession } from './hosting.ts'

export interface NewcomersComponents {
  readonly clock: Clock
  /** The session that is here under a key. */
  readonly find: (key: string) => LivingSession | undefined
  /** Ends a session that is still here. Never rejects. */
  readonly end: (session: LivingSession) => void
}

/** Not the session itself: one that has ended by then would stay in memory until it is due. */
interface Newcomer {
  readonly key: string
  readonly epoch: number
  /** On the monotonic clock. */
  readonly dueAt: number
}

export class Newcomers {
  readonly #components: NewcomersComponents
  readonly #withinMs: number
  /** In the order in which they are due. */
  #waiting: Newcomer[] = []
  #timer: Timer | undefined

  /** @param withinMs how long a client has, in milliseconds. */
  constructor(components: NewcomersComponents, withinMs: number) {
    this.#components = components
    this.#withinMs = withinMs
  }

  add({ address, claim: { epoch } }: LivingSession): void {
    if (!Number.isFinite(this.#withinMs)) return
    this.#waiting.push({ key: addressKey(address), epoch, dueAt: this.#components.clock.monotonic() + this.#withinMs })
    this.#timer ??= this.#watch(this.#withinMs)
  }

  stop(): void {
    this.#timer?.cancel()
    this.#waiting = []
  }

  /** One timer for all: most have said it long before they are due. */
  #watch(afterMs: number): Timer {
    return this.#components.clock.after(afterMs, () => {
      this.#timer = undefined
      this.#look()
    })
  }

  #look(): void {
    const now = this.#components.clock.monotonic()
    const first = this.#waiting.findIndex(({ dueAt }) => dueAt > now)
    const due = this.#waiting.splice(0, first === -1 ? this.#waiting.length : first)
    const [next] = this.#waiting
    if (next) this.#timer ??= this.#watch(next.dueAt - now)
    for (const newcomer of due) this.#judge(newcomer)
  }

  #judge({ key, epoch }: Newcomer): void {
    const session = this.#components.find(key)
    if (session?.claim.epoch !== epoch || session.actor.isInitialized) return
    if (session.actor.isUnused) this.#components.end(session)
    else this.add(session) // N1
  }
}
