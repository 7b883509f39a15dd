/**
 * Packets over one NATS connection.
 *
 * Published packets are collected within one turn of the loop and written together, in order: a third less CPU than
 * writing each. The client would swallow what is published while
 * it is disconnected, so nothing is given to it then (T1), and what was collected is given back as unsent (T2).
 */
import { ScaledMcpError } from '@scaled-mcp/contracts'
import {
  type NatsConnection,
  NatsError,
  type Subscription as NatsSubscription,
  type PublishOptions,
  type Status
} from 'nats'
import { asError } from '../as-error.ts'
import { assertFits } from '../header-block.ts'
import type { ConnectionListener, OnError, Packet, Subscription, Transport } from '../transport.ts'
import { NatsPacket, natsHeaders } from './nats-packet.ts'

/** Of a server that does not say: NATS's own default. */
const DEFAULT_MAX_PAYLOAD = 1024 * 1024

export interface NatsTransportComponents {
  readonly connection: NatsConnection
  readonly onError: OnError
  /** Told when the account may not publish to `subject`: the client learns of it later, and only so. */
  readonly onRefused: (subject: string, error: Error) => void
}

export class NatsTransport implements Transport {
  readonly #components: NatsTransportComponents
  readonly #connection: NatsConnection
  readonly #listeners = new Set<ConnectionListener>()
  #unsent: Packet[] = []
  #connected = true
  #maxPayload: number

  constructor(components: NatsTransportComponents) {
    this.#components = components
    this.#connection = components.connection
    this.#maxPayload = this.#readMaxPayload()
    this.#watch().catch((error) => components.onError(asError(error)))
    this.#connection.closed().then(
      () => this.#lost(),
      () => this.#lost()
    )
  }

  get connected(): boolean {
    return this.#connected
  }

  get maxPayload(): number {
    return this.#maxPayload
  }

  publish(packet: Packet): void {
    if (!this.#connected) throw new ScaledMcpError('NotDelivered', packet.subject)
    assertFits(packet, this.#maxPayload)
    if (this.#unsent.push(packet) === 1) setImmediate(this.#send)
  }

  subscribe(subject: string, receive: (packet: Packet) => void): Subscription {
    const { onError } = this.#components
    const callback = (error: Error | null, message: ConstructorParameters<typeof NatsPacket>[0]): void => {
      try {
        if (error) onError(error)
        else receive(new NatsPacket(message))
      } catch (thrown) {
        onError(asError(thrown)) // T3: the client would stop reading its socket
      }
    }
    return new NatsTransportSubscription(this.#connection.subscribe(subject, { callback }))
  }

  async flush(): Promise<void> {
    if (!this.#connected) throw new ScaledMcpError('NotDelivered')
    this.#send()
    await this.#connection.flush().catch(notFlushed)
  }

  onConnection(listener: ConnectionListener): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** Sends what was published, then disconnects. */
  async close(): Promise<void> {
    if (this.#connected) await this.flush().catch(this.#components.onError)
    this.#lost()
    await this.#connection.close()
  }

  readonly #send = (): void => {
    const packets = this.#unsent
    this.#unsent = []
    this.#tell(() => {
      for (const packet of packets) this.#write(packet)
    })
  }

  #write({ subject, body, reply, headers }: Packet): void {
    const options: PublishOptions = {}
    if (reply !== undefined) options.reply = reply
    if (headers !== undefined) options.headers = natsHeaders(headers)
    this.#connection.publish(subject, body, options)
  }

  /** The client never ends this sequence, not even when it is closed. */
  async #watch(): Promise<void> {
    for await (const status of this.#connection.status()) this.#changed(status)
  }

  #changed(status: Status): void {
    if (status.type === 'disconnect') this.#lost()
    else if (status.type === 'reconnect') this.#restored()
    else if (status.type === 'error') this.#refused(status)
  }

  #lost(): void {
    if (!this.#connected) return
    this.#connected = false
    const unsent = this.#unsent
    this.#unsent = []
    for (const listener of [...this.#listeners]) this.#tell(() => listener.lost(unsent))
  }

  #restored(): void {
    this.#connected = true
    this.#maxPayload = this.#readMaxPayload()
    for (const listener of [...this.#listeners]) this.#tell(() => listener.restored())
  }

  #refused({ data, permissionContext }: Status): void {
    const error = new NatsError(`NATS refused: ${permissionContext?.subject ?? data}`, String(data))
    if (permissionContext?.operation === 'publish') this.#components.onRefused(permissionContext.subject, error)
    this.#components.onError(error)
  }

  #tell(call: () => void): void {
    try {
      call()
    } catch (error) {
      this.#components.onError(asError(error))
    }
  }

  #readMaxPayload(): number {
    return this.#connection.info?.max_payload ?? DEFAULT_MAX_PAYLOAD
  }
}

function notFlushed(cause: unknown): never {
  throw new ScaledMcpError('NotDelivered', undefined, { cause })
}

class NatsTransportSubscription implements Subscription {
  readonly #subscription: NatsSubscription

  constructor(subscription: NatsSubscription) {
    this.#subscription = subscription
  }

  async drain(): Promise<void> {
    if (!this.#subscription.isClosed()) await this.#subscription.drain()
  }

  stop(): void {
    if (!this.#subscription.isClosed()) this.#subscription.unsubscribe()
  }
}
