import type { ConnectionListener, Packet, Transport } from '../src/transport.ts'

/** A transport in the test's hands. */
export class HandTransport implements Transport {
  readonly sent: Packet[] = []
  connected = true
  readonly maxPayload = 1024
  #receive: (packet: Packet) => void = () => undefined
  #listener: ConnectionListener | undefined

  publish(packet: Packet): void {
    this.sent.push(packet)
  }

  subscribe(_subject: string, receive: (packet: Packet) => void) {
    this.#receive = receive
    return { stop: () => undefined, drain: async () => undefined }
  }

  async flush(): Promise<void> {}

  onConnection(listener: ConnectionListener): () => void {
    this.#listener = listener
    return () => undefined
  }

  answer(packet: Omit<Packet, 'subject'>, to = this.sent.at(-1)?.reply ?? ''): void {
    this.#receive({ ...packet, subject: to })
  }

  lose(unsent: readonly Packet[]): void {
    this.connected = false
    this.#listener?.lost(unsent)
  }

  restore(): void {
    this.connected = true
    this.#listener?.restored()
  }
}
