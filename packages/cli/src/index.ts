/**
 * Scaled MCP from code: runs an MCP server as a cluster, or all of it in one process.
 *
 * ```ts
 * import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js'
 * import { createScaledMcp, defineServer } from 'scaled-mcp'
 *
 * const server = defineServer({ create: () => new McpServer({ name: 'empty', version: '1.0.0' }) })
 * const running = await createScaledMcp({ server, http: { port: 0 }, shutdown: { leaveMs: 0 } })
 * await running.stop()
 * ```
 */
export {
  Actor,
  type ActorContext,
  ActorError,
  type ActorErrorCode,
  type ActorRef,
  type Terminated,
  type Termination
} from '@scaled-mcp/actor'
export { type Actors, defineActor, defineServer, type ServerDefinition, type SessionState } from '@scaled-mcp/server'
export { createScaledMcp, type ScaledMcp, type ScaledMcpOptions } from './create-scaled-mcp.ts'
