/**
 * The clients of one stretch of the soak: a process of its own, so that with its end every connection is over. Each visit
 * opens a session, does every deed in it, and ends it.
 */
import { equal } from 'node:assert/strict'
import { setTimeout as delay } from 'node:timers/promises'
import { inspect } from 'node:util'
import { RawSession } from '@scaled-mcp/testkit'
import { type DeedName, deeds } from './deeds.ts'

/** What the process is told. */
export interface VisitorsOrder {
  readonly urls: readonly [string, ...string[]]
  readonly seconds: number
  readonly atOnce: number
  /** An event of a session that nobody here has. */
  readonly foreignEvent: string
}

/** What it says at its end. */
export interface VisitorsReport {
  readonly visits: number
  readonly deeds: number
  /** What was answered otherwise than it has to be. */
  readonly wrong: readonly string[]
}

const REVISIONS = ['2025-11-25', '2025-06-18', '2025-03-26']
const NAMES = Object.keys(deeds) as readonly DeedName[]
const SHOWN = 20
/** What gateways remember of sessions is bounded, but not within a few minutes: visits are not to be many. */
const VISIT_MS = 2_000
const LATE_MS = 60_000

process.once('message', (order: VisitorsOrder) => {
  void new Visitors(order).run().then((report) => process.send?.(report, () => process.exit()))
})

class Visitors {
  readonly #order: VisitorsOrder
  readonly #end: number
  readonly #wrong: string[] = []
  #visits = 0
  #deeds = 0

  constructor(order: VisitorsOrder) {
    this.#order = order
    this.#end = performance.now() + order.seconds * 1_000
  }

  async run(): Promise<VisitorsReport> {
    const lane = async () => {
      while (performance.now() < this.#end) await Promise.all([this.#visit(this.#visits++), delay(VISIT_MS)])
    }
    await Promise.all(Array.from({ length: this.#order.atOnce }, lane))
    return { visits: this.#visits, deeds: this.#deeds, wrong: this.#wrong.slice(0, SHOWN) }
  }

  async #visit(nth: number): Promise<void> {
    const { urls, foreignEvent } = this.#order
    const session = await RawSession.open(urls, REVISIONS[nth % REVISIONS.length])
    for (let i = 0; i < NAMES.length; i++) {
      const name = NAMES[(nth + i) % NAMES.length] as DeedName
      await this.#tried(name, () => deeds[name]({ urls, session, foreignEvent }))
      this.#deeds++
    }
    await this.#tried('ends', async () => equal((await session.delete()).status, 200))
  }

  async #tried(name: string, deed: () => Promise<void>): Promise<void> {
    const late = delay(LATE_MS, 'late', { ref: false })
    try {
      if ((await Promise.race([deed(), late])) === 'late') throw new Error(`not done within ${LATE_MS} ms`)
    } catch (error) {
      this.#wrong.push(`${name}: ${inspect(error)}`)
    }
  }
}
