import type { FastifyPluginAsync } from 'fastify'
import { McpEndpoint, type McpEndpointOptions } from './mcp-endpoint.ts'

/**
 * Serves MCP in a Fastify app of your own. The app keeps its own body parsers, error handlers and CORS; behind
 * `mesh` there must be session-workers.
 *
 * @example
 * await app.register(mcpGateway, { mesh, subjects, allowedHosts: ['mcp.example.com'], allowedOrigins: [], isLoopback: false })
 */
export const mcpGateway: FastifyPluginAsync<McpEndpointOptions> = async (scope, options) => {
  const endpoint = new McpEndpoint(options)
  scope.addHook('onReady', () => endpoint.start())
  scope.addHook('preClose', async () => endpoint.endStreams())
  scope.addHook('onClose', async () => endpoint.stop())
  endpoint.route(scope)
}
