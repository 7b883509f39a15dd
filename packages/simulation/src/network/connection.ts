import type { Random } from '../world/random.ts'
import type { SimulatedProcess } from '../world/simulated-process.ts'
import type { World } from '../world/world.ts'
import { Link } from './link.ts'

/** What the broker does to a connection. */
export interface Broker {
  disconnect(id: string): void
  reconnect(id: string): void
  forget(id: string): void
}

export interface ConnectionComponents {
  readonly world: World
  readonly random: Random
  readonly process: SimulatedProcess
  readonly broker: Broker
}

/** A client pings every second and gives up at the third ping without an answer. */
const DETECTION_MS = [2_000, 3_000] as const
const RECONNECT_MS = [25, 130] as const

/** One process's connection to the broker, and after its loss the next one. */
export class Connection {
  readonly id: string
  readonly up: Link
  readonly down: Link
  readonly process: SimulatedProcess
  readonly #components: ConnectionComponents
  #cuts = 0
  #isCut = false
  /** Whether what is sent on it may still arrive. */
  #isUsable = true
  /** Whether the process knows that it is not. */
  #isNoticed = false
  #isForgotten = false

  constructor(components: ConnectionComponents, id: string) {
    this.id = id
    this.process = components.process
    this.#components = components
    this.up = new Link(components)
    this.down = new Link(components)
  }

  /** Nothing comes through until {@link heal}; when that takes too long, the process finds out by its pings. */
  cut(): void {
    const { random, process } = this.#components
    const cut = ++this.#cuts
    this.#close()
    process.clock.after(random.between(...DETECTION_MS), () => {
      if (this.#isCut && this.#isUsable && cut === this.#cuts) this.#lose()
    })
  }

  /** The broker ends the connection: the process finds out as soon as it can. */
  break(): void {
    this.#close()
    if (!this.#isUsable) return
    this.#isUsable = false
    this.process.execute(() => this.#notice())
  }

  heal(): void {
    this.#isCut = false
    if (this.#isUsable) this.#open()
    else if (this.#isNoticed) this.#planReconnect()
  }

  /** The process is gone. The broker learns it by the end of the connection, or when `silentMs` have passed. */
  end(silentMs: number): void {
    if (silentMs === 0) {
      this.up.send(() => this.#forget())
    } else {
      this.up.clear()
      this.#components.world.after(silentMs, () => this.#forget())
    }
  }

  #close(): void {
    this.#isCut = true
    this.up.cut()
    this.down.cut()
  }

  #open(): void {
    this.up.heal()
    this.down.heal()
  }

  #lose(): void {
    this.#isUsable = false
    this.#notice()
  }

  #notice(): void {
    const { world, broker } = this.#components
    if (this.#isForgotten) return
    this.#isNoticed = true
    this.up.clear()
    this.down.clear()
    world.note(`lost ${this.id}`)
    broker.disconnect(this.id)
    if (!this.#isCut) this.#planReconnect()
  }

  #planReconnect(): void {
    const { random, process } = this.#components
    process.clock.after(random.between(...RECONNECT_MS), () => {
      if (!this.#isCut && !this.#isUsable) this.#reconnect()
    })
  }

  #reconnect(): void {
    const { world, broker } = this.#components
    if (this.#isForgotten) return
    this.#isUsable = true
    this.#isNoticed = false
    this.#open()
    world.note(`restored ${this.id}`)
    broker.reconnect(this.id)
  }

  #forget(): void {
    if (this.#isForgotten) return
    this.#isForgotten = true
    this.#components.broker.forget(this.id)
  }
}
