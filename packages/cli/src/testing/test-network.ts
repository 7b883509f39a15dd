/**
 * The network between the processes of a test cluster, with what can go wrong on it.
 *
 * N1  What one process sends arrives in its order, later, and at most once.
 * N2  Nothing reaches a process that was killed, and nothing that it sends afterwards reaches anybody.
 * N3  While the store is stopped, requests to it are lost: whoever asks waits in vain.
 */
import { setImmediate as turn } from 'node:timers/promises'
import type { Clock } from '@scaled-mcp/actor'
import type { Network } from '@scaled-mcp/mesh'

type Arrive = () => void

/** Turns of the event loop without a message after which nothing is under way. */
const QUIET_TURNS = 2

/** The way of one process to the broker, or back. */
interface Way {
  readonly queue: Arrive[]
  delayMs: number
}

export class TestNetwork implements Network {
  readonly #clock: Clock
  readonly #ways = new Map<string, Way>()
  readonly #killed = new Set<string>()
  #underWay = 0
  #isStoreStopped = false

  constructor(clock: Clock) {
    this.#clock = clock
  }

  up(process: string, arrive: Arrive): void {
    if (!this.#killed.has(process)) this.#send(this.#way(`up ${process}`), arrive)
  }

  down(process: string, arrive: Arrive): void {
    this.#send(this.#way(`down ${process}`), () => {
      if (!this.#killed.has(process)) arrive() // N2
    })
  }

  store(_process: string, apply: Arrive): void {
    if (!this.#isStoreStopped) apply() // N3
  }

  kill(process: string): void {
    this.#killed.add(process)
  }

  /** Each message from and to the process takes `ms` milliseconds longer. */
  delay(process: string, ms: number): void {
    for (const direction of ['up', 'down']) this.#way(`${direction} ${process}`).delayMs = ms
  }

  stopStore(): void {
    this.#isStoreStopped = true
  }

  startStore(): void {
    this.#isStoreStopped = false
  }

  /** Resolves when no message is under way, but for those that wait for time to pass. */
  async settled(): Promise<void> {
    for (let quiet = 0; quiet < QUIET_TURNS; quiet = this.#underWay === 0 ? quiet + 1 : 0) await turn()
  }

  #send({ queue, delayMs }: Way, arrive: Arrive): void {
    queue.push(arrive) // N1: whoever's time has come, the first of the queue arrives
    if (delayMs > 0) this.#clock.after(delayMs, () => this.#soon(queue))
    else this.#soon(queue)
  }

  #soon(queue: Arrive[]): void {
    this.#underWay++
    setImmediate(() => {
      this.#underWay--
      queue.shift()?.()
    })
  }

  #way(name: string): Way {
    const way = this.#ways.get(name) ?? { queue: [], delayMs: 0 }
    this.#ways.set(name, way)
    return way
  }
}
