import { ScaledMcpError } from '@scaled-mcp/contracts'
import type { ServerContext, StatefulContext } from './context.ts'
import type { SdkServer } from './sdk-server.ts'

/** The shape of a session's state. */
export interface StateDefinition<State> {
  /** Of the shape, from 1. Raise it with every change that old values do not fit. */
  readonly version: number
  /** The state of a new session. */
  initial(): State
  /** Turns a value stored under an older `version` into today's. Without it such a session cannot be restored. */
  upcast?(value: unknown, version: number): State
}

/** A server that works with or without a session. */
export interface PlainServerDefinition {
  readonly state?: undefined
  /** Makes the server of one session (again after a restore), or of one request for clients without sessions. */
  create(context: ServerContext): SdkServer | Promise<SdkServer>
  /** Not built yet: a definition that has it is refused. */
  readonly actors?: { readonly [kind: string]: unknown }
}

/** A server whose sessions have a state; clients without sessions are refused. */
export interface StatefulServerDefinition<State> {
  readonly state: StateDefinition<State>
  /** Makes the server of one session, again after each restore. */
  create(context: StatefulContext<State>): SdkServer | Promise<SdkServer>
  /** Not built yet: a definition that has it is refused. */
  readonly actors?: { readonly [kind: string]: unknown }
}

/** What a server module exports by default. */
export type ServerDefinition<State = unknown> = PlainServerDefinition | StatefulServerDefinition<State>

/**
 * Checks a server definition and gives it its types.
 * @throws ScaledMcpError `ServerModuleInvalid` naming the member that is wrong; `NotBuiltYet` for `actors`.
 */
export function defineServer<State>(definition: StatefulServerDefinition<State>): StatefulServerDefinition<State>
export function defineServer(definition: PlainServerDefinition): PlainServerDefinition
export function defineServer(definition: ServerDefinition): ServerDefinition {
  return checkedDefinition(definition)
}

/** `definition` after the checks of {@link defineServer}; `where` opens each error's detail. */
export function checkedDefinition(definition: ServerDefinition, where = ''): ServerDefinition {
  const { create, actors, state } = definition
  check(typeof create === 'function', `${where}create must be a function that returns a new MCP server`)
  if (actors !== undefined) throw new ScaledMcpError('NotBuiltYet', `${where}actors of a server module`)
  if (state === undefined) return definition
  const { version, initial, upcast = initial } = state
  check(Number.isInteger(version) && version >= 1, `${where}state.version must be an integer from 1`)
  check(typeof initial === 'function', `${where}state.initial must be a function that returns the first state`)
  check(typeof upcast === 'function', `${where}state.upcast must be a function`)
  return definition
}

function check(holds: boolean, detail: string): void {
  if (!holds) throw new ScaledMcpError('ServerModuleInvalid', detail)
}
