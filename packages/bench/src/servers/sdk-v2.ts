import { createServer, type RequestListener } from 'node:http'
import { toNodeHandler } from '@modelcontextprotocol/node'
import { createMcpHandler, McpServer } from '@modelcontextprotocol/server'
import { z } from 'zod'
import { listenAndSayReady } from './say-ready.ts'

const inputSchema = z.object({ text: z.string() })

const handler = createMcpHandler(() => {
  const server = new McpServer({ name: 'echo', version: '1.0.0' })
  server.registerTool('echo', { description: 'Says it again', inputSchema }, ({ text }) => ({
    content: [{ type: 'text', text }]
  }))
  return server
})

// Its type does not fit node:http's own under exactOptionalPropertyTypes.
await listenAndSayReady(createServer(toNodeHandler(handler) as RequestListener))
