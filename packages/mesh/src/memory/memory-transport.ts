import { ScaledMcpError } from '@scaled-mcp/contracts'
import { asError } from '../as-error.ts'
import type { Clock } from '../clock.ts'
import { assertFits } from '../header-block.ts'
import { subjectMatcher } from '../subject-pattern.ts'
import type { ConnectionListener, OnError, Packet, Subscription, Transport } from '../transport.ts'
import { BrokerQuestion, settled } from './broker-question.ts'
import type { Network } from './network.ts'

export interface MemoryTransportComponents {
  readonly network: Network
  readonly clock: Clock
  readonly onError: OnError
  /** Takes a packet that has reached the broker. */
  readonly route: (packet: Packet) => void
}

export interface MemoryTransportInit {
  readonly process: string
  readonly maxPayload: number
}

interface Subscriber {
  readonly matches: (subject: string) => boolean
  readonly receive: (packet: Packet) => void
  /** Whether the broker knows of it. */
  isKnown: boolean
}

/** As long as a request to JetStream waits. */
const ANSWER_MS = 900

/** One process's connection to a memory broker, with all that a real one can do wrong. */
export class MemoryTransport implements Transport {
  readonly #components: MemoryTransportComponents
  readonly #init: MemoryTransportInit
  readonly #listeners = new Set<ConnectionListener>()
  readonly #subscribers = new Set<Subscriber>()
  /** What waits for the broker, by how each is told that its answer will not come. */
  readonly #questions = new Set<(lost: Error) => void>()
  #connected = true
  /** Counts losses: what was on its way on one connection does not arrive on the next. */
  #losses = 0

  constructor(components: MemoryTransportComponents, init: MemoryTransportInit) {
    this.#components = components
    this.#init = init
  }

  get connected(): boolean {
    return this.#connected
  }

  get maxPayload(): number {
    return this.#init.maxPayload
  }

  publish(packet: Packet): void {
    this.#assertConnected(packet.subject)
    assertFits(packet, this.maxPayload)
    const copy = copied(packet)
    this.#up(() => this.#components.route(copy))
  }

  subscribe(pattern: string, receive: (packet: Packet) => void): Subscription {
    const subscriber = { matches: subjectMatcher(pattern), receive, isKnown: false }
    const know = (isKnown: boolean): void => {
      subscriber.isKnown = isKnown && this.#connected
    }
    const stop = (): void => void this.#subscribers.delete(subscriber)
    this.#subscribers.add(subscriber)
    this.#up(() => know(true))
    return {
      stop,
      drain: () =>
        this.#ask(
          (arrive) => this.#up(arrive),
          () => know(false)
        ).then(stop, stop)
    }
  }

  flush(): Promise<void> {
    return this.#ask(
      (arrive) => this.#up(arrive),
      () => undefined
    )
  }

  onConnection(listener: ConnectionListener): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /**
   * Does something at the store and brings back what came of it.
   * @throws NotDelivered while disconnected. @throws ConnectionLost, DeadlineExceeded: it may have been done.
   */
  atStore<T>(operation: () => T): Promise<T> {
    const { network } = this.#components
    return this.#ask((arrive) => this.#up(() => network.store(this.#init.process, arrive)), operation)
  }

  /** Sends `packet` to every subscriber that it concerns, and says how many there are. */
  deliver(packet: Packet): number {
    const concerned = [...this.#subscribers].filter(({ isKnown, matches }) => isKnown && matches(packet.subject))
    if (concerned.length > 0) this.#down(() => this.#receive(packet, concerned))
    return concerned.length
  }

  disconnect(): void {
    if (!this.#connected) return
    this.#connected = false
    this.#losses++
    for (const subscriber of this.#subscribers) subscriber.isKnown = false
    for (const fail of [...this.#questions]) fail(new ScaledMcpError('ConnectionLost'))
    for (const listener of [...this.#listeners]) this.#guarded(() => listener.lost([]))
  }

  reconnect(): void {
    if (this.#connected) return
    this.#connected = true
    for (const subscriber of this.#subscribers) subscriber.isKnown = true
    for (const listener of [...this.#listeners]) this.#guarded(() => listener.restored())
  }

  /** Asks the broker for `operation`, which runs when `send` has brought it there. */
  async #ask<T>(send: (arrive: () => void) => void, operation: () => T): Promise<T> {
    this.#assertConnected()
    const question = new BrokerQuestion<T>(this.#components.clock, ANSWER_MS)
    const fail = (error: Error): void => question.end({ error })
    this.#questions.add(fail)
    send(() => {
      const outcome = settled(operation)
      this.#down(() => question.end(outcome))
    })
    try {
      return await question.answer
    } finally {
      this.#questions.delete(fail)
    }
  }

  #up(arrive: () => void): void {
    this.#components.network.up(this.#init.process, arrive)
  }

  #down(arrive: () => void): void {
    const losses = this.#losses
    this.#components.network.down(this.#init.process, () => {
      if (this.#losses === losses) arrive()
    })
  }

  #receive(packet: Packet, concerned: readonly Subscriber[]): void {
    for (const subscriber of concerned) {
      if (this.#subscribers.has(subscriber)) this.#guarded(() => subscriber.receive(packet))
    }
  }

  #assertConnected(what?: string): void {
    if (!this.#connected) throw new ScaledMcpError('NotDelivered', what)
  }

  #guarded(call: () => void): void {
    try {
      call()
    } catch (error) {
      this.#components.onError(asError(error)) // T3
    }
  }
}

/** What a process sends is its own: changing it afterwards changes nothing elsewhere. */
function copied({ body, headers, ...packet }: Packet): Packet {
  return { ...packet, headers: headers && { ...headers }, body: new Uint8Array(body) }
}
