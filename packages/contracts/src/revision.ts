/** What the endpoint does in a session of one MCP revision. `docs/protocol.md` shows this table, and a test holds it equal. */
export interface RevisionRules {
  readonly transport: 'Streamable HTTP' | 'HTTP+SSE'
  /** Whether a body may hold several messages. */
  readonly batches: boolean
  /** Whether a client is told, by an event without data, from where and when to come back. */
  readonly primes: boolean
  /** Whether events have ids, with which a client comes back for the rest of a stream. */
  readonly resumes: boolean
}

const streamable = { transport: 'Streamable HTTP', batches: false, primes: false, resumes: true } as const

/**
 * Sources: MCP 2025-11-25, 2025-06-18, 2025-03-26 and 2024-11-05, Transports. Batches exist in 2025-03-26 only; who is not
 * primed is a quirk of clients (`clientQuirks.primedFrom`).
 */
export const revisionRules = {
  '2025-11-25': { ...streamable, primes: true },
  '2025-06-18': streamable,
  '2025-03-26': { ...streamable, batches: true },
  '2024-11-05': { transport: 'HTTP+SSE', batches: false, primes: false, resumes: false }
} as const satisfies Record<string, RevisionRules>

/** A revision in which `initialize` opens a session, on any transport. */
type Revision = keyof typeof revisionRules

/** The MCP revisions with sessions that are served on Streamable HTTP, newest first. */
export const SESSION_REVISIONS = (Object.keys(revisionRules) as Revision[]).filter(
  (revision) => revisionRules[revision].transport === 'Streamable HTTP'
)

/** The newest revision with sessions: the answer to an `initialize` that asks for one we do not know. */
export const LATEST_SESSION_REVISION: Revision = '2025-11-25'

export function isSessionRevision(text: unknown): boolean {
  return SESSION_REVISIONS.includes(text as Revision)
}

/** The rules of a negotiated revision. */
export function rulesOf(revision: string): RevisionRules {
  return revisionRules[revision as Revision] ?? revisionRules[LATEST_SESSION_REVISION]
}

/**
 * The revision that answers an `initialize` asking for `requested`: the same when it is served on the transport, else the
 * latest one with sessions (MCP 2025-11-25, Lifecycle, "Version Negotiation").
 */
export function negotiate(requested: unknown, transport?: 'sse'): string {
  const isServed = isSessionRevision(requested) || (transport === 'sse' && String(requested) in revisionRules)
  return isServed ? String(requested) : LATEST_SESSION_REVISION
}
