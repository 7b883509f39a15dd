/**
 * Which worker this process has just asked to own an address. What it sends to the address meanwhile goes the same way, so
 * that it arrives in its order: that worker opens the address for the first and has the others wait.
 */
import type { Clock } from '@scaled-mcp/actor'

interface Opening {
  readonly worker: string
  /** On the monotonic clock. */
  readonly begunAt: number
  asks: number
}

/** A worker that has not answered by then may be one that never will: others are tried. */
const TRUSTED_MS = 500

export class Openings {
  readonly #clock: Clock
  readonly #openings = new Map<string, Opening>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** The worker that is opening the address for this process. */
  workerOf(key: string): string | undefined {
    const opening = this.#openings.get(key)
    if (!opening || this.#clock.monotonic() - opening.begunAt > TRUSTED_MS) return undefined
    return opening.worker
  }

  /** A worker is asked. @returns to be called once, when it has answered or will not. */
  begin(key: string, worker: string): () => void {
    const opening = this.#opening(key, worker)
    opening.asks++
    return () => {
      opening.asks--
      if (opening.asks === 0 && this.#openings.get(key) === opening) this.#openings.delete(key)
    }
  }

  #opening(key: string, worker: string): Opening {
    const known = this.#openings.get(key)
    if (known?.worker === worker) return known
    const opening = { worker, begunAt: this.#clock.monotonic(), asks: 0 }
    this.#openings.set(key, opening)
    return opening
  }
}
