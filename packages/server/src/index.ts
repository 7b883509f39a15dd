/**
 * What a server author imports, and what a worker hosts their server with.
 *
 * ```ts
 * import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js'
 * import { defineServer } from '@scaled-mcp/server'
 *
 * export default defineServer({
 *   state: { version: 1, initial: () => ({ count: 0 }) },
 *   create(context) {
 *     const server = new McpServer({ name: 'counter', version: '1.0.0' })
 *     server.registerTool('increment', {}, async () => {
 *       const { count } = await context.session.state.update(({ count }) => ({ count: count + 1 }))
 *       return { content: [{ type: 'text', text: String(count) }] }
 *     })
 *     return server
 *   }
 * })
 * ```
 */
export { Actor, type ActorContext, type ActorRef, type Terminated } from '@scaled-mcp/actor'
export {
  type ActorCreation,
  type ActorDefinition,
  type ActorKind,
  actorDefinition,
  defineActor,
  type PlainActorDefinition,
  type StatefulActorCreation,
  type StatefulActorDefinition
} from './actor-definition.ts'
export { type Actors, type ActorsOf, noActors, type Sender } from './actors.ts'
export type { ClientInfo, Principal, ServerContext, StatefulContext } from './context.ts'
export {
  defineServer,
  type PlainServerDefinition,
  type ServerDefinition,
  type StatefulServerDefinition
} from './definition.ts'
export type { DeliveryClass } from './delivery-class.ts'
export { errorAnswer } from './json-text.ts'
export { loadServerModule, type ModuleImporter } from './load-server-module.ts'
export type { Logger } from './logger.ts'
export type { Outgoing, Outlet } from './outlet.ts'
export type { ReceiveExtra } from './receive-extra.ts'
export type { SdkServer } from './sdk-server.ts'
export type { Session, StatefulSession } from './session.ts'
export { newSession, type SessionChange, type SessionFields, type SessionRecordPort } from './session-record.ts'
export { SessionServer, type SessionServerComponents, type SessionServerInit } from './session-server.ts'
export { RecordedState, type SessionState, type StateRecordPort } from './session-state.ts'
export { type SchemaValidator, sharedValidator } from './shared-validator.ts'
export { SparseMap } from './sparse-map.ts'
export type { StateDefinition } from './state-definition.ts'
