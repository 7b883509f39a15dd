import type { Address } from './address.ts'

/** The name of the stream that belongs to no request. */
export const STANDALONE = 'standalone'

/** An event of a session's streams, as a client names it in `Last-Event-ID`. */
export interface EventId {
  /** The stream it is on: {@link STANDALONE}, or what {@link streamOf} gives. */
  readonly stream: string
  /** Its place in the log of the session; rises along every stream. */
  readonly sequence: number
}

/** Tells sessions apart, so that another one's event is not taken for one that is gone. */
const TAG_LENGTH = 6
const shape = /^([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)\.([1-9]\d{0,15})$/

/** The name of the stream that answers a request, from the request's message id. */
export function streamOf(messageId: string): string {
  return messageId.split('.').slice(-2).join('-')
}

/**
 * The text of an event id: visible ASCII, unique in the session, and it names its stream (MCP 2025-11-25, Transports,
 * "Resumability and Redelivery").
 */
export function eventIdText(address: Pick<Address, 'id'>, { stream, sequence }: EventId): string {
  return `${tagOf(address)}.${stream}.${sequence}`
}

/** What {@link eventIdText} was given; `foreign` when another session's, undefined when it is no event id of ours. */
export function parseEventId(address: Pick<Address, 'id'>, text: string): EventId | 'foreign' | undefined {
  const [, tag, stream, sequence] = shape.exec(text) ?? []
  if (stream === undefined) return undefined
  return tag === tagOf(address) ? { stream, sequence: Number(sequence) } : 'foreign'
}

function tagOf({ id }: Pick<Address, 'id'>): string {
  return id.slice(0, TAG_LENGTH)
}
