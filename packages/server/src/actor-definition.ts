import type { Actor, SpawnOptions } from '@scaled-mcp/actor'
import { SESSION_KIND } from '@scaled-mcp/contracts'
import type { Logger } from './logger.ts'
import { must } from './must.ts'
import type { SessionState } from './session-state.ts'
import { checkState, type StateDefinition } from './state-definition.ts'

/** What `create` of an actor is given. */
export interface ActorCreation {
  /** `kind/id`. */
  readonly name: string
  readonly id: string
  readonly logger: Logger
}

/** What `create` of a definition with `state` is given. */
export interface StatefulActorCreation<State> extends ActorCreation {
  /** Durable and fenced: what an update resolved with is where the next owner begins. */
  readonly state: SessionState<State>
}

/** A kind of actor without durable state: what its fields hold ends with its time in memory. */
export interface PlainActorDefinition extends SpawnOptions {
  readonly state?: undefined
  /** Makes one actor: when it is activated, on any worker, and when it is restarted. */
  create(creation: ActorCreation): Actor<unknown>
}

/** A kind of actor whose state outlives crash, deploy and idleness, until the actor stops itself. */
export interface StatefulActorDefinition<State> extends SpawnOptions {
  readonly state: StateDefinition<State>
  create(creation: StatefulActorCreation<State>): Actor<unknown>
}

export type ActorDefinition = PlainActorDefinition | StatefulActorDefinition<unknown>

/** What stands under a kind's name in a server definition: its definition, or the class of its actors. */
export type ActorKind = ActorDefinition | (new () => Actor<unknown>)

/** Gives the definition of a kind of actor its types. `defineServer` checks it. */
export function defineActor<State>(definition: StatefulActorDefinition<State>): StatefulActorDefinition<State>
export function defineActor(definition: PlainActorDefinition): PlainActorDefinition
export function defineActor(definition: ActorDefinition): ActorDefinition {
  return definition
}

/** The definition of a kind, a class being the short form of one. */
export function actorDefinition(kind: ActorKind): ActorDefinition {
  return typeof kind === 'function' ? { create: () => new kind() } : kind
}

/** @throws ScaledMcpError `ServerModuleInvalid` naming the member that is wrong. */
export function checkKinds(kinds: { readonly [kind: string]: ActorKind }, where: string): void {
  for (const [name, kind] of Object.entries(kinds)) {
    const path = `${where}actors.${name}`
    must(/^[A-Za-z0-9_-]{1,64}$/.test(name), `${path}: a kind is 1 to 64 letters, digits, "_" or "-"`)
    must(name !== SESSION_KIND, `${path}: the kind "${SESSION_KIND}" is that of clients' sessions`)
    must(typeof kind === 'function' || typeof kind?.create === 'function', `${path} must be a class or have a create`)
    if (typeof kind !== 'function') checkOptions(kind, path)
  }
}

function checkOptions({ state, mailbox = 1, interleave = 1 }: ActorDefinition, path: string): void {
  must(Number.isInteger(mailbox) && mailbox >= 1, `${path}.mailbox must be an integer from 1`)
  must(Number.isInteger(interleave) && interleave >= 1, `${path}.interleave must be an integer from 1`)
  if (state !== undefined) checkState(state, `${path}.state`)
}
