import { ActorError } from '@scaled-mcp/actor'
import { type Address, parseActorName } from '@scaled-mcp/contracts'

/** The address of an actor by its name. @throws ActorError `ActorNotFound` for what cannot be the name of one. */
export function actorAddress(name: string): Address {
  try {
    return parseActorName(name)
  } catch (error) {
    throw notFound(name, error)
  }
}

function notFound(name: string, cause: unknown): ActorError {
  return new ActorError('ActorNotFound', name, { cause })
}
