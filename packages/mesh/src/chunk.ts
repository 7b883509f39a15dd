import { header } from '@scaled-mcp/contracts'
import type { Packet } from './transport.ts'

/** Splits `packet` into parts of at most `maxBytes` of body; its headers travel with the first. */
export function* chunks(packet: Packet, maxBytes: number): Generator<Packet> {
  const { subject, body, headers } = packet
  const total = Math.max(1, Math.ceil(body.byteLength / maxBytes))
  for (let index = 0; index < total; index++) {
    const part = body.subarray(index * maxBytes, (index + 1) * maxBytes)
    const mark = { [header.chunk]: `${index + 1}/${total}` }
    yield { subject, body: part, headers: index === 0 ? { ...headers, ...mark } : mark }
  }
}

/** Where a part stands in its frame. */
export interface ChunkMark {
  /** From 1. */
  readonly index: number
  readonly total: number
}

/** The mark that {@link chunks} wrote; undefined when `text` is none. */
export function parseChunkMark(text: string): ChunkMark | undefined {
  const [index, total, ...rest] = text.split('/').map(Number)
  if (!isCount(index) || !isCount(total) || index > total || rest.length > 0) return undefined
  return { index, total }
}

function isCount(value: number | undefined): value is number {
  return Number.isInteger(value) && (value as number) > 0
}
