import { type ActorKind, checkKinds } from './actor-definition.ts'
import type { ServerContext, StatefulContext } from './context.ts'
import { must } from './must.ts'
import type { SdkServer } from './sdk-server.ts'
import { checkState, type StateDefinition } from './state-definition.ts'

/** A server that works with or without a session. */
export interface PlainServerDefinition {
  readonly state?: undefined
  /** Makes the server of one session (again after a restore), or of one request for clients without sessions. */
  create(context: ServerContext): SdkServer | Promise<SdkServer>
  /** Kinds of actors of the author's own, reached by `context.actors` from any tool on any worker. */
  readonly actors?: { readonly [kind: string]: ActorKind }
}

/** A server whose sessions have a state; clients without sessions are refused. */
export interface StatefulServerDefinition<State> {
  readonly state: StateDefinition<State>
  /** Makes the server of one session, again after each restore. */
  create(context: StatefulContext<State>): SdkServer | Promise<SdkServer>
  /** Kinds of actors of the author's own, reached by `context.actors` from any tool on any worker. */
  readonly actors?: { readonly [kind: string]: ActorKind }
}

/** What a server module exports by default. */
export type ServerDefinition<State = unknown> = PlainServerDefinition | StatefulServerDefinition<State>

/**
 * Checks a server definition and gives it its types.
 * @throws ScaledMcpError `ServerModuleInvalid` naming the member that is wrong.
 */
export function defineServer<State>(definition: StatefulServerDefinition<State>): StatefulServerDefinition<State>
export function defineServer(definition: PlainServerDefinition): PlainServerDefinition
export function defineServer(definition: ServerDefinition): ServerDefinition {
  return checkedDefinition(definition)
}

/** `definition` after the checks of {@link defineServer}; `where` opens each error's detail. */
export function checkedDefinition(definition: ServerDefinition, where = ''): ServerDefinition {
  const { create, actors, state } = definition
  must(typeof create === 'function', `${where}create must be a function that returns a new MCP server`)
  if (actors !== undefined) checkKinds(actors, where)
  if (state !== undefined) checkState(state, `${where}state`)
  return definition
}
