/** How a stored message and a record are the same thing, as NATS's key-value convention has it (its ADR-8). */
import { type Headers, header } from '@scaled-mcp/contracts'
import type { Entry } from './record-store.ts'
import type { StoredMessage } from './stream.ts'

const OPERATION = 'KV-Operation'

/** Headers of a tombstone. */
export const TOMBSTONE: Headers = { [OPERATION]: 'DEL' }

/** Whether a message with `headers` says that its record is gone; `PURGE` is how other clients say it. */
export function isTombstone({ headers }: { readonly headers?: Headers | undefined }): boolean {
  const operation = headers?.[OPERATION]
  return operation === 'DEL' || operation === 'PURGE'
}

/** The record in `message`, whose subject begins with `prefix`; undefined for none and for a tombstone. */
export function entryOf(message: StoredMessage | undefined, prefix: string): Entry | undefined {
  if (message === undefined || isTombstone(message)) return undefined
  const { subject, sequence, body, headers } = message
  return { key: subject.slice(prefix.length), revision: sequence, value: body, nonce: headers?.[header.nonce] ?? '' }
}
