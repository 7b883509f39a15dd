import type { Random } from '../world/random.ts'
import type { World } from '../world/world.ts'

/** How likely it is, each from 0 up to 1, that something happens to a request to the store. */
export interface Odds {
  /** It never reaches the store. */
  readonly lost: number
  /** It is done, and nobody hears of it. */
  readonly unanswered: number
  /** It is done late, by up to {@link lateMs}. */
  readonly late: number
  /** It is done, and once more up to {@link lateMs} later. */
  readonly twice: number
  readonly lateMs: number
}

export interface StoreTroubleComponents {
  readonly world: World
  readonly random: Random
}

/** A request that has reached the store: how to do it. */
export interface StoreRequest {
  apply(): void
  /** Nobody hears of it. */
  applyUnanswered(): void
}

const NO_TROUBLE: Odds = { lost: 0, unanswered: 0, late: 0, twice: 0, lateMs: 0 }
const USUAL_MS = [0.05, 0.8] as const

/** What becomes of requests that have reached the store. */
export class StoreTrouble {
  readonly #components: StoreTroubleComponents
  readonly #odds = new Map<string, Odds>()
  #crashes = 0

  constructor(components: StoreTroubleComponents) {
    this.#components = components
  }

  /** From now on requests of the connection `id` have these odds. */
  set(id: string, odds: Odds): void {
    this.#odds.set(id, odds)
  }

  clear(id: string): void {
    this.#odds.delete(id)
  }

  /** Requests that are not done yet never will be. */
  crash(): void {
    this.#crashes++
  }

  request(id: string, request: StoreRequest): void {
    const { random } = this.#components
    const odds = this.#odds.get(id) ?? NO_TROUBLE
    if (random.chance(odds.lost)) return
    const isUnanswered = random.chance(odds.unanswered)
    const wait = random.chance(odds.late) ? random.between(0, odds.lateMs) : random.between(...USUAL_MS)
    this.#after(wait, () => (isUnanswered ? request.applyUnanswered() : request.apply()))
    if (random.chance(odds.twice)) this.#after(random.between(0, odds.lateMs), () => request.apply())
  }

  #after(ms: number, run: () => void): void {
    const crashes = this.#crashes
    this.#components.world.after(ms, () => {
      if (crashes === this.#crashes) run()
    })
  }
}
