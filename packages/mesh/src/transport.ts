/**
 * What a mesh needs of a connection. Everything else (asks, streams, chunks, records, the log) is written once, on top.
 *
 * T1  A packet is accepted or refused with an error, at once; accepted ones travel in order, at most once.
 * T2  When the connection is lost its listeners learn which accepted packets never left; none of them leaves later.
 * T3  A receiver that throws harms nobody else.
 */
import type { Headers } from '@scaled-mcp/contracts'

/** One message as it travels. */
export interface Packet {
  readonly subject: string
  /** Where an answer goes; absent when none is wanted. */
  readonly reply?: string | undefined
  readonly headers?: Headers | undefined
  readonly body: Uint8Array
  /** Set by the broker itself instead of an answer: 503 when nobody subscribes to the subject of a question. */
  readonly status?: number | undefined
}

/** Status of the broker's word that nobody subscribes. */
export const NO_RESPONDERS = 503

export interface Subscription {
  /** Takes nothing more; resolves when everything the broker had sent has been received. */
  drain(): Promise<void>
  stop(): void
}

export interface ConnectionListener {
  /** The connection is gone, and with it the packets that had not left yet. */
  lost(unsent: readonly Packet[]): void
  restored(): void
}

export interface Transport {
  readonly connected: boolean
  /** Largest packet, headers and body together, in bytes. */
  readonly maxPayload: number
  /** @throws NotDelivered while disconnected. @throws PayloadTooLarge. @throws TypeError for a line break in a header. */
  publish(packet: Packet): void
  /** Receives what is published on `subject`, which may hold wildcards. */
  subscribe(subject: string, receive: (packet: Packet) => void): Subscription
  /** Resolves when everything published so far has reached the broker. @throws NotDelivered. */
  flush(): Promise<void>
  /** Listeners are told in the order they were added. Returns how to stop listening. */
  onConnection(listener: ConnectionListener): () => void
}

/** Told of errors that no caller is there to take: a handler that threw, a refusal by the broker. */
export type OnError = (error: Error) => void
