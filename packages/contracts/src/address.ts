import { decodeToken, encodeToken } from './token.ts'

/** Where an actor is found, whichever worker hosts it. A client's session is an actor of kind `session`. */
export interface Address {
  readonly tenant: string
  readonly kind: string
  readonly id: string
}

/** The tenant of everything in a deployment that knows no tenants. */
export const DEFAULT_TENANT = 'default'

/** The kind of a client's session. */
export const SESSION_KIND = 'session'

/** `tenant.kind.id`, each part a token: the tail of every subject and the key of every record of this actor. */
export function addressKey({ tenant, kind, id }: Address): string {
  return `${encodeToken(tenant)}.${encodeToken(kind)}.${encodeToken(id)}`
}

/**
 * The address that {@link addressKey} wrote.
 * @throws RangeError when `key` is not three tokens.
 */
export function parseAddressKey(key: string): Address {
  const [tenant, kind, id, ...rest] = key.split('.')
  if (!tenant || !kind || !id || rest.length > 0) throw new RangeError(`not an address key: ${key}`)
  return { tenant: shared(decodeToken(tenant)), kind: shared(decodeToken(kind)), id: decodeToken(id) }
}

/** The name of the actor at an address, `kind/id`. */
export function actorName({ kind, id }: Pick<Address, 'kind' | 'id'>): string {
  return `${kind}/${id}`
}

/**
 * The address of an actor by its name.
 * @throws RangeError when `name` is not a kind, a slash and an id without one.
 */
export function parseActorName(name: string, tenant = DEFAULT_TENANT): Address {
  const [kind, id, ...rest] = name.split('/')
  if (!kind || !id || rest.length > 0) throw new RangeError(`not the name of an actor, kind/id: ${name}`)
  return { tenant, kind: shared(kind), id }
}

/** Addresses are many, and nearly all of one tenant and kind: they keep these two strings and no copies. */
function shared(text: string): string {
  if (text === DEFAULT_TENANT) return DEFAULT_TENANT
  return text === SESSION_KIND ? SESSION_KIND : text
}
