import type { ServerOptions } from '@modelcontextprotocol/sdk/server/index.js'
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js'
import { z } from 'zod'

const input = { text: z.string() }

/** The server of every side with SDK v1: one trivial tool with an input schema. */
export function echoV1(options?: ServerOptions): McpServer {
  const server = new McpServer({ name: 'echo', version: '1.0.0' }, options)
  server.registerTool('echo', { description: 'Says it again', inputSchema: input }, ({ text }) => ({
    content: [{ type: 'text', text }]
  }))
  return server
}
