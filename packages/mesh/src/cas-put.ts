/**
 * The one compare-and-set: every claim, lease, state write and event goes through it (cluster protocol §3.1).
 *
 * C1  What wins is the first write applied that expects the current sequence; every later one is refused.
 * C2  A writer whose acknowledgement was lost finds out by writing again under the same id, which cannot apply twice.
 * C3  Writers that expect the same sequence share an id, so that a server that checks ids before sequences (nats-server
 *     2.9, replicated) still lets only one win. Of a subject's first write the id is the writer's own nonce.
 * C4  Who is refused although the sequence is what it expected met a write that is under way (a replicated server
 *     refuses before it stores). That one may be its own, and may never arrive: only writing again tells.
 */
import { randomBytes } from 'node:crypto'
import { type Headers, hasCode, header, ScaledMcpError } from '@scaled-mcp/contracts'
import type { Clock } from './clock.ts'
import { isTransient, retrying } from './retrying.ts'
import type { StoredMessage, Stream } from './stream.ts'

/** Begins the nonces of this process: random bytes for each would cost as much as the rest of a write. */
const PROCESS = randomBytes(12).toString('base64url')
let writes = 0

export interface Write {
  readonly subject: string
  readonly body: Uint8Array
  readonly headers?: Headers | undefined
  /** The sequence that must be the subject's last; 0: it has none. */
  readonly expect: number
}

export type WriteOutcome =
  | { readonly outcome: 'won'; readonly revision: number; readonly nonce: string }
  | { readonly outcome: 'lost'; readonly current: StoredMessage | undefined }
  | { readonly outcome: 'unknown' }

export interface CasPutComponents {
  readonly stream: Stream
  readonly clock: Clock
}

/** Writes once, or learns that another was first. @throws ValueTooLarge. */
export async function casPut({ stream, clock }: CasPutComponents, write: Write): Promise<WriteOutcome> {
  const nonce = `${PROCESS}.${++writes}`
  try {
    return await retrying(clock, () => attempt(stream, write, nonce))
  } catch (error) {
    if (!hasCode(error, 'StoreUnavailable')) throw error
    return settle(stream, write.subject, nonce)
  }
}

async function attempt(stream: Stream, write: Write, nonce: string): Promise<WriteOutcome> {
  const { subject, expect } = write
  const id = expect === 0 ? nonce : `${subject}@${expect}` // C3
  const appended = await stream.append({ ...write, headers: { ...write.headers, [header.nonce]: nonce }, id })
  if (appended.outcome === 'stored' && !appended.duplicate) {
    return { outcome: 'won', revision: appended.sequence, nonce }
  }
  const current = await stream.last(subject)
  if (appended.outcome === 'conflict' && (current?.sequence ?? 0) === expect) {
    throw new ScaledMcpError('StoreUnavailable', `another write of ${subject} is under way`) // C4
  }
  return judged(current, nonce) // C2: of an id stored before, an earlier attempt of mine, or a rival's
}

function judged(current: StoredMessage | undefined, nonce: string): WriteOutcome {
  return isMine(current, nonce) ? won(current, nonce) : { outcome: 'lost', current }
}

/** The store did not answer: one look may still tell that the write is there, never that it is not. */
async function settle(stream: Stream, subject: string, nonce: string): Promise<WriteOutcome> {
  try {
    const current = await stream.last(subject)
    if (isMine(current, nonce)) return won(current, nonce)
  } catch (error) {
    if (!isTransient(error)) throw error
  }
  return { outcome: 'unknown' }
}

function won({ sequence }: StoredMessage, nonce: string): WriteOutcome {
  return { outcome: 'won', revision: sequence, nonce }
}

function isMine(message: StoredMessage | undefined, nonce: string): message is StoredMessage {
  return message?.headers?.[header.nonce] === nonce
}
