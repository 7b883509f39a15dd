const plain = /^[A-Za-z0-9_-]+$/

/**
 * One part of a subject or key. Letters, digits, `_` and `-` stand for themselves; anything else travels
 * as `=` and base64url, so that no id can add a dot, a wildcard or a space to a subject.
 */
export function encodeToken(text: string): string {
  return plain.test(text) ? text : `=${Buffer.from(text).toString('base64url')}`
}

/** The text that {@link encodeToken} was given. */
export function decodeToken(token: string): string {
  return token.startsWith('=') ? Buffer.from(token.slice(1), 'base64url').toString() : token
}
