import { type Headers, ScaledMcpError } from '@scaled-mcp/contracts'
import type { Packet } from './transport.ts'

/** Room that `Wire.maxBodyBytes` leaves for headers: claims and forwarded HTTP headers may be many. */
const RESERVE_BYTES = 64 * 1024
/** `NATS/1.0`, its line end, and the empty line. */
const FRAME_BYTES = 12
const LINE_BREAK = /[\r\n]/

/** Largest body to promise, when headers and body together may be `maxPayload` bytes. */
export function maxBodyOf(maxPayload: number): number {
  return maxPayload - Math.min(RESERVE_BYTES, maxPayload >> 2)
}

/**
 * Refuses what the transport could not carry.
 * @throws PayloadTooLarge above `maxPayload` bytes. @throws TypeError when a header value would forge another line.
 */
export function assertFits({ subject, headers, body }: Packet, maxPayload: number): void {
  const bytes = body.byteLength + (headers ? headerBytes(headers) : 0)
  if (bytes > maxPayload) throw new ScaledMcpError('PayloadTooLarge', `${bytes} bytes to ${subject}, of ${maxPayload}`)
}

function headerBytes(headers: Headers): number {
  let bytes = FRAME_BYTES
  for (const name in headers) {
    const value = headers[name] as string
    if (LINE_BREAK.test(value)) throw new TypeError(`header ${name} holds a line break`)
    bytes += name.length + Buffer.byteLength(value) + 4
  }
  return bytes
}
