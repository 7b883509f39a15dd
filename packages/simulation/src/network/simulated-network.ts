/**
 * The network of one run: connections to the broker, and the broker's store behind them.
 *
 * X1  What was sent on one connection arrives in order, or not at all.
 * X2  What has left a process goes its way, also when the process dies.
 * X3  Nothing reaches a process but through its `execute`: a paused one finds it when it goes on.
 */
import type { Network } from '@scaled-mcp/mesh'
import type { Random } from '../world/random.ts'
import type { SimulatedProcess } from '../world/simulated-process.ts'
import type { World } from '../world/world.ts'
import { type Broker, Connection } from './connection.ts'
import { StoreTrouble } from './store-trouble.ts'

export interface SimulatedNetworkComponents {
  readonly world: World
  readonly random: Random
}

export class SimulatedNetwork implements Network {
  readonly trouble: StoreTrouble
  readonly #components: SimulatedNetworkComponents
  readonly #connections = new Map<string, Connection>()
  #asking: string | undefined
  #requests = 0
  /** While set, what goes down to whoever asks is kept here. */
  #kept: (() => void)[] | undefined

  constructor(components: SimulatedNetworkComponents) {
    this.#components = components
    this.trouble = new StoreTrouble(components)
  }

  /** The connection whose request the store does at this moment. */
  get asking(): string | undefined {
    return this.#asking
  }

  /** How many requests have reached the store. */
  get requests(): number {
    return this.#requests
  }

  /** Makes room for the connection that `process` is about to make under the name `id`. */
  attach(id: string, process: SimulatedProcess, broker: Broker): Connection {
    const connection = new Connection({ ...this.#components, process, broker }, id)
    this.#connections.set(id, connection)
    return connection
  }

  up(id: string, arrive: () => void): void {
    this.#connections.get(id)?.up.send(arrive)
  }

  down(id: string, arrive: () => void): void {
    const connection = this.#connections.get(id)
    if (!connection) return
    const send = () => connection.down.send(() => connection.process.execute(arrive)) // X3
    if (this.#kept && id === this.#asking) this.#kept.push(send)
    else send()
  }

  store(id: string, apply: () => void): void {
    this.#requests++
    this.trouble.request(id, {
      apply: () => this.#apply(id, apply),
      applyUnanswered: () => this.#applyUnanswered(id, apply)
    })
  }

  #apply(id: string, apply: () => void): void {
    this.#asking = id
    apply()
    this.#asking = undefined
  }

  /** The answer is the last that the broker sends; what it tells everybody of the change comes before. */
  #applyUnanswered(id: string, apply: () => void): void {
    const kept: (() => void)[] = []
    this.#kept = kept
    this.#apply(id, apply)
    this.#kept = undefined
    for (const send of kept.slice(0, -1)) send()
  }
}
