/**
 * Questions that wait until somebody can take them: each tries again after a growing, jittered pause, and at once when the
 * directory tells of a change of its address, or when a member has died, since that may be the owner it waits for.
 */
import type { Clock } from '@scaled-mcp/actor'

export interface HeldAsksComponents {
  readonly clock: Clock
  /** A number from 0 up to 1, as `Math.random`. */
  readonly random: () => number
}

export interface HeldAsksInit {
  /** How many questions to one address may wait at a time. */
  readonly maxPerAddress: number
}

interface Held {
  readonly key: string
  readonly wake: () => void
}

const FIRST_BACKOFF_MS = 50
const LAST_BACKOFF_MS = 1_000

export class HeldAsks {
  readonly #components: HeldAsksComponents
  readonly #init: HeldAsksInit
  readonly #held = new Set<Held>()
  readonly #perAddress = new Map<string, Set<Held>>()

  constructor(components: HeldAsksComponents, init: HeldAsksInit) {
    this.#components = components
    this.#init = init
  }

  /** How many wait. */
  get size(): number {
    return this.#held.size
  }

  /** Whether another question to this address may wait. */
  hasRoom(key: string): boolean {
    return (this.#perAddress.get(key)?.size ?? 0) < this.#init.maxPerAddress
  }

  /** How long attempt number `waits`, from 0, waits at most, in milliseconds. */
  pauseMs(waits: number): number {
    const jitter = 0.5 + this.#components.random() / 2
    return Math.min(LAST_BACKOFF_MS, FIRST_BACKOFF_MS * 2 ** waits) * jitter
  }

  /** Calls `again` once, after `ms` milliseconds or when something has changed. */
  hold(key: string, ms: number, again: () => void): void {
    const timer = this.#components.clock.after(ms, () => held.wake())
    const held: Held = {
      key,
      wake: () => {
        timer.cancel()
        this.#leave(held)
        again()
      }
    }
    this.#held.add(held)
    const others = this.#perAddress.get(key) ?? new Set()
    this.#perAddress.set(key, others.add(held))
  }

  wakeAddress(key: string): void {
    for (const { wake } of [...(this.#perAddress.get(key) ?? [])]) wake()
  }

  wakeAll(): void {
    for (const { wake } of [...this.#held]) wake()
  }

  #leave(held: Held): void {
    this.#held.delete(held)
    const others = this.#perAddress.get(held.key)
    others?.delete(held)
    if (others?.size === 0) this.#perAddress.delete(held.key)
  }
}
