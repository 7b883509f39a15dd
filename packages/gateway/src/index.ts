/**
 * HTTP in, mesh out: MCP's endpoint for any number of session-workers.
 *
 * ```ts
 * import { Subjects } from '@scaled-mcp/contracts'
 * import { mcpGateway } from '@scaled-mcp/gateway'
 * import { MemoryBroker } from '@scaled-mcp/mesh'
 * import Fastify from 'fastify'
 *
 * const subjects = new Subjects()
 * const mesh = new MemoryBroker().connect({ process: 'g-0000-000001', subjects })
 * const app = Fastify()
 * await app.register(mcpGateway, { mesh, subjects, allowedHosts: [], allowedOrigins: [], isLoopback: true })
 * await app.ready()
 * await app.close()
 * ```
 */
export { Gateway, type GatewayComponents, type GatewayInit } from './gateway.ts'
export type { HttpGuardInit } from './http-guard.ts'
export type { McpEndpointOptions } from './mcp-endpoint.ts'
export { mcpGateway } from './mcp-gateway.ts'
