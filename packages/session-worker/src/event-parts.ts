import { type Headers, header } from '@scaled-mcp/contracts'
import type { StoredEvent } from '@scaled-mcp/mesh'
import type { EventKind, LoggedEvent } from './stream-log.ts'

/** What one stored event can hold of an event's body; `headers` says which part it is. */
export interface EventPart {
  readonly headers: Headers
  readonly body: Uint8Array
}

const WHOLE: Headers = {}

/** Splits a body that is larger than the store takes at once. */
export function partsOf(body: Uint8Array, maxBytes: number): readonly EventPart[] {
  if (body.byteLength <= maxBytes) return [{ headers: WHOLE, body }]
  const total = Math.ceil(body.byteLength / maxBytes)
  return Array.from({ length: total }, (_, index) => ({
    headers: { [header.chunk]: `${index + 1}/${total}` },
    body: body.subarray(index * maxBytes, (index + 1) * maxBytes)
  }))
}

/**
 * Puts parts together again, under the sequence of the last. Those of an owner that died before it had written them all
 * are dropped.
 */
export function assembled(receive: (event: LoggedEvent) => void): (event: StoredEvent) => void {
  let parts: Uint8Array[] = []
  return ({ headers = WHOLE, body, sequence }) => {
    const [index = 1, total = 1] = (headers[header.chunk] ?? '1/1').split('/').map(Number)
    if (index === 1) parts = []
    if (parts.length !== index - 1) return
    parts.push(body)
    if (index < total) return
    const whole = total === 1 ? body : Buffer.concat(parts)
    const kind = (headers[header.eventKind] ?? 'message') as EventKind
    receive({ sequence, stream: headers[header.streamName] ?? '', kind, body: whole })
  }
}
