import type { Actor } from './actor.ts'
import { ActorError } from './actor-error.ts'
import type { SpawnOptions } from './spawn-options.ts'

/** Actors that their first message activates, and how they are spawned then. */
export interface KindDefinition extends SpawnOptions {
  /** Makes the actor of this id; called again for a restart. */
  create(id: string): Actor<never>
}

/** How the actors of each kind are made, by its name. A class is made without arguments. */
export type Kinds = Readonly<Record<string, KindDefinition | (new () => Actor<never>)>>

/** How one actor comes to life. */
export interface Activation {
  readonly make: () => Actor<unknown>
  readonly options: SpawnOptions
}

/** The kinds that a system declares. */
export class DeclaredKinds {
  readonly #kinds: ReadonlyMap<string, KindDefinition>

  /** @throws TypeError that names what cannot be a kind. */
  constructor(kinds: Kinds) {
    this.#kinds = new Map(Object.entries(kinds).map(([name, kind]) => [valid(name), definition(name, kind)]))
  }

  /** @throws ActorError `ActorKindUnknown`. @throws TypeError when this is no id. */
  activation(kind: string, id: string): Activation {
    const definition = this.#kinds.get(kind)
    if (!definition) throw new ActorError('ActorKindUnknown', kind)
    if (id === '' || id.includes('/')) throw new TypeError(`an id is a text without '/', and not empty: ${kind}/${id}`)
    return { make: () => made(definition, id), options: definition }
  }
}

/** `session` is what clients' sessions are; dots and slashes part names. */
function valid(name: string): string {
  if (name === '' || name === 'session' || /[/.]/.test(name)) {
    throw new TypeError(`not the name of a kind: '${name}'; it is a text without '/' and '.', and not 'session'`)
  }
  return name
}

function definition(name: string, kind: Kinds[string]): KindDefinition {
  if (typeof kind === 'function') return { create: () => new kind() }
  if (typeof kind?.create !== 'function') throw new TypeError(`kind '${name}' has no create(id), and is no class`)
  return kind
}

/** What `create` throws, `start` throws: then whoever waits for the actor is told. */
function made(definition: KindDefinition, id: string): Actor<unknown> {
  try {
    return definition.create(id) as Actor<unknown>
  } catch (error) {
    const start = () => Promise.reject(error)
    return { start, receive: start }
  }
}
