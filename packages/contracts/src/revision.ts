/** The MCP revisions with sessions that the endpoint serves, newest first. */
export const SESSION_REVISIONS = ['2025-11-25', '2025-06-18', '2025-03-26'] as const

/** A revision in which `initialize` opens a session. */
export type SessionRevision = (typeof SESSION_REVISIONS)[number]

/** The newest revision with sessions: the answer to an `initialize` that asks for one we do not know. */
export const LATEST_SESSION_REVISION: SessionRevision = SESSION_REVISIONS[0]

export function isSessionRevision(text: unknown): text is SessionRevision {
  return SESSION_REVISIONS.includes(text as SessionRevision)
}

/** The revision of the transport HTTP+SSE; served on that transport only. */
export const SSE_REVISION = '2024-11-05'

/**
 * The revision that answers an `initialize` asking for `requested`: the same when it is served, else the latest
 * one with sessions (MCP 2025-11-25, Lifecycle, "Version Negotiation").
 */
export function negotiate(requested: unknown, transport?: 'sse'): string {
  if (transport === 'sse' && requested === SSE_REVISION) return SSE_REVISION
  return isSessionRevision(requested) ? requested : LATEST_SESSION_REVISION
}
