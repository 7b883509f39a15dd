import type { Random } from '../world/random.ts'
import type { World } from '../world/world.ts'

export interface LinkComponents {
  readonly world: World
  readonly random: Random
}

interface OnTheWay {
  readonly due: number
  readonly arrive: () => void
}

const USUAL_MS = [0.1, 1.5] as const
const SLOW_MS = [2, 40] as const
const SLOW = 0.02

/** One direction of a connection: what is sent arrives later, in order; while it is cut, nothing does. */
export class Link {
  readonly #components: LinkComponents
  #onTheWay: OnTheWay[] = []
  #last = 0
  #isCut = false
  /** Milliseconds that everything takes longer. */
  lagMs = 0

  constructor(components: LinkComponents) {
    this.#components = components
  }

  send(arrive: () => void): void {
    const { world } = this.#components
    this.#last = Math.max(this.#last, world.now + this.#latency())
    this.#plan({ due: this.#last, arrive })
  }

  /** Holds everything until {@link heal}. */
  cut(): void {
    this.#isCut = true
  }

  /** What was held arrives now, in order. */
  heal(): void {
    if (!this.#isCut) return
    this.#isCut = false
    const held = this.#onTheWay
    this.#onTheWay = []
    for (const { arrive } of held) this.send(arrive)
  }

  /** Loses everything that is on its way. */
  clear(): void {
    this.#onTheWay = []
  }

  #plan(onTheWay: OnTheWay): void {
    this.#onTheWay.push(onTheWay)
    this.#components.world.at(onTheWay.due, () => this.#arrive(onTheWay))
  }

  #arrive(first: OnTheWay): void {
    if (this.#isCut || this.#onTheWay[0] !== first) return
    this.#onTheWay.shift()
    first.arrive()
  }

  #latency(): number {
    const { random } = this.#components
    const [low, high] = random.chance(SLOW) ? SLOW_MS : USUAL_MS
    return random.between(low, high) + this.lagMs
  }
}
