import { ScaledMcpError } from '@scaled-mcp/contracts'
import { asError } from '../as-error.ts'
import { assertFits } from '../header-block.ts'
import { subjectMatches } from '../subject-pattern.ts'
import type { ConnectionListener, OnError, Packet, Subscription, Transport } from '../transport.ts'

/** What a connection needs of its broker. */
export interface Exchangeable {
  readonly maxPayload: number
  /** Delivers `packet` to whoever subscribes, later and in order. */
  route(packet: Packet): void
  /** Calls `run` after everything routed so far has been delivered. */
  afterwards(run: () => void): void
}

interface Subscriber {
  readonly pattern: string
  readonly receive: (packet: Packet) => void
}

/** One process's connection to a memory broker, with all that a real one can do wrong. */
export class MemoryTransport implements Transport {
  readonly #broker: Exchangeable
  readonly #onError: OnError
  readonly #listeners = new Set<ConnectionListener>()
  readonly #subscribers = new Set<Subscriber>()
  #connected = true
  /** Counts losses, so that what waits for the broker learns that the connection it asked on is gone. */
  #losses = 0

  constructor(broker: Exchangeable, onError: OnError) {
    this.#broker = broker
    this.#onError = onError
  }

  get connected(): boolean {
    return this.#connected
  }

  get maxPayload(): number {
    return this.#broker.maxPayload
  }

  publish(packet: Packet): void {
    this.#assertConnected(packet.subject)
    assertFits(packet, this.maxPayload)
    this.#broker.route(copied(packet))
  }

  subscribe(pattern: string, receive: (packet: Packet) => void): Subscription {
    const subscriber = { pattern, receive }
    this.#subscribers.add(subscriber)
    return {
      stop: () => void this.#subscribers.delete(subscriber),
      drain: () => this.#afterwards(() => void this.#subscribers.delete(subscriber))
    }
  }

  flush(): Promise<void> {
    return this.roundTrip(() => undefined)
  }

  onConnection(listener: ConnectionListener): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /**
   * Does something at the broker and brings the answer back.
   * @throws NotDelivered while disconnected. @throws ConnectionLost when the answer finds no connection: it was done.
   */
  async roundTrip<T>(operation: () => T): Promise<T> {
    this.#assertConnected()
    const losses = this.#losses
    const answer = await this.#afterwards(operation)
    await this.#afterwards(() => undefined)
    if (this.#losses !== losses) throw new ScaledMcpError('ConnectionLost')
    return answer
  }

  /** Hands `packet` to every subscriber it concerns and says how many there are. */
  receive(packet: Packet): number {
    if (!this.#connected) return 0
    const concerned = [...this.#subscribers].filter(({ pattern }) => subjectMatches(pattern, packet.subject))
    for (const { receive } of concerned) this.#guarded(() => receive(packet))
    return concerned.length
  }

  disconnect(): void {
    if (!this.#connected) return
    this.#connected = false
    this.#losses++
    for (const listener of [...this.#listeners]) this.#guarded(() => listener.lost([]))
  }

  reconnect(): void {
    if (this.#connected) return
    this.#connected = true
    for (const listener of [...this.#listeners]) this.#guarded(() => listener.restored())
  }

  #afterwards<T>(operation: () => T): Promise<T> {
    return new Promise((resolve, reject) => {
      this.#broker.afterwards(() => {
        try {
          resolve(operation())
        } catch (error) {
          reject(error)
        }
      })
    })
  }

  #assertConnected(what?: string): void {
    if (!this.#connected) throw new ScaledMcpError('NotDelivered', what)
  }

  #guarded(call: () => void): void {
    try {
      call()
    } catch (error) {
      this.#onError(asError(error)) // T3
    }
  }
}

/** What a process sends is its own: changing it afterwards changes nothing elsewhere. */
function copied({ body, headers, ...packet }: Packet): Packet {
  return { ...packet, headers: headers && { ...headers }, body: new Uint8Array(body) }
}
