/**
 * The world of one run: true time, and what happens in it.
 *
 * W1  One thing happens at a time, in the order of (time, order of being planned): nothing depends on the machine.
 * W2  After each, everything that follows from it at once (promises, not timers) is done before time passes on.
 */
import type { Timer } from '@scaled-mcp/actor'
import { EventQueue } from './event-queue.ts'
import { Trace } from './trace.ts'

/** Immediates asked for at a time: Node.js settles all promises between two of them (W2), and a batch costs one turn. */
const BATCH = 64

export class World {
  readonly trace = new Trace()
  readonly #events = new EventQueue()
  #planned = 0
  #now = 0

  /** Milliseconds since the world began. */
  get now(): number {
    return this.#now
  }

  /** Plans `run` for `ms` milliseconds from now. */
  after(ms: number, run: () => void): Timer {
    return this.at(this.#now + Math.max(0, ms), run)
  }

  /** Plans `run` for a moment that is not over. */
  at(time: number, run: () => void): Timer {
    let isCancelled = false
    const event = () => {
      if (!isCancelled) run()
    }
    this.#events.add({ at: time, order: this.#planned++, run: event })
    return {
      cancel: () => {
        isCancelled = true
      }
    }
  }

  /** Adds what happens now to the fingerprint of the run. */
  note(what: string): void {
    this.trace.add(`${this.#now.toFixed(6)} ${what}\n`)
  }

  /** Lets everything up to time `end` happen. Rejects with what an event throws. */
  run(end: number): Promise<void> {
    return new Promise((resolve, reject) => {
      let isOver = false
      const turn = (isLast: boolean): void => {
        if (isOver) return
        try {
          isOver = !this.#step(end)
        } catch (error) {
          isOver = true
          reject(error)
        }
        if (isOver) resolve()
        else if (isLast) batch()
      }
      const batch = (): void => {
        for (let i = 1; i <= BATCH; i++) setImmediate(turn, i === BATCH)
      }
      batch()
    })
  }

  /** W1. Whether there was anything left to do. */
  #step(end: number): boolean {
    const next = this.#events.peek()
    if (!next || next.at > end) {
      this.#now = end
      return false
    }
    this.#events.take()
    this.#now = next.at
    next.run()
    return true
  }
}
