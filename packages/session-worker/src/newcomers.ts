/**
 * Ends sessions whose client has opened them and then never said that it is initialized: abandoned, or only probed.
 *
 * N1  One that is being used, whatever its client has said, stays.
 */
import type { Clock, Timer } from '@scaled-mcp/actor'
import type { LivingSession } from './living-session.ts'

export interface NewcomersComponents {
  readonly clock: Clock
  /** The session that is here under a key. */
  readonly find: (key: string) => LivingSession | undefined
  /** Ends a session that is still here. Never rejects. */
  readonly end: (session: LivingSession) => void
}

/** Those of about the same time, by key: a session that has ended by then would stay in memory until it is due. */
interface Group {
  readonly keys: string[]
  /** When it takes no more, and when all in it are due, on the monotonic clock. */
  readonly fullAt: number
  readonly dueAt: number
}

/** Groups at a time: most sessions are never due, so that what is remembered of each has to be little. */
const GROUPS = 10

export class Newcomers {
  readonly #components: NewcomersComponents
  readonly #withinMs: number
  /** In the order in which they are due. */
  #waiting: Group[] = []
  #timer: Timer | undefined

  /** @param withinMs how long a client has, in milliseconds; up to a tenth more passes. */
  constructor(components: NewcomersComponents, withinMs: number) {
    this.#components = components
    this.#withinMs = withinMs
  }

  add({ key }: LivingSession): void {
    if (!Number.isFinite(this.#withinMs)) return
    const now = this.#components.clock.monotonic()
    const newest = this.#waiting.at(-1)
    if (newest && now < newest.fullAt) newest.keys.push(key)
    else this.#begin(key, now)
  }

  stop(): void {
    this.#timer?.cancel()
    this.#waiting = []
  }

  #begin(key: string, now: number): void {
    const fullAt = now + this.#withinMs / GROUPS
    const dueAt = fullAt + this.#withinMs
    this.#waiting.push({ keys: [key], fullAt, dueAt })
    this.#timer ??= this.#watch(dueAt - now)
  }

  /** One timer for all. */
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
    for (const key of due.flatMap(({ keys }) => keys)) this.#judge(key)
  }

  /** One that has left and come back meanwhile is initialized. */
  #judge(key: string): void {
    const session = this.#components.find(key)
    if (!session || session.isInitialized) return
    if (session.isUnused) this.#components.end(session)
    else this.add(session) // N1
  }
}
