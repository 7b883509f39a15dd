import { hash, randomBytes } from 'node:crypto'
import { type Address, DEFAULT_TENANT, SESSION_KIND } from './address.ts'

const shape = /^[A-Za-z0-9_-]{43}$/

/**
 * A session id for one client: 32 bytes from the system's CSPRNG, base64url, 43 characters.
 * MCP 2025-11-25, Transports, "Session Management": visible ASCII, globally unique, cryptographically secure.
 */
export function mintSessionId(): string {
  return randomBytes(32).toString('base64url')
}

/** Whether `text` could be an id of {@link mintSessionId}; anything else is unknown without asking the store. */
export function isSessionId(text: string): boolean {
  return shape.test(text)
}

/**
 * The address of a client's session. Its id is the first 22 characters of base64url(SHA-256(session id)):
 * the session id itself is worth stealing and never leaves the gateway.
 */
export function sessionAddress(sessionId: string, tenant: string = DEFAULT_TENANT): Address {
  return { tenant, kind: SESSION_KIND, id: hash('sha256', sessionId, 'base64url').slice(0, 22) }
}
