/** The server module of the soak: everything that a server can do on streams, a little of each. */
import { AsyncResource } from 'node:async_hooks'
import { setTimeout as delay } from 'node:timers/promises'
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js'
import { AjvJsonSchemaValidator } from '@modelcontextprotocol/sdk/validation/ajv'
import { defineServer, sharedValidator } from '@scaled-mcp/server'
import { z } from 'zod'

const text = (value: string) => ({ content: [{ type: 'text' as const, text: value }] })
const counted = { count: z.number(), everyMs: z.number() }

export default defineServer({
  create() {
    const jsonSchemaValidator = sharedValidator(AjvJsonSchemaValidator)
    const capabilities = { logging: {}, tools: { listChanged: true } }
    const server = new McpServer({ name: 'soak', version: '1.0.0' }, { capabilities, jsonSchemaValidator })
    server.registerTool('echo', { inputSchema: { value: z.string() } }, ({ value }) => text(value))
    server.registerTool('count', { inputSchema: counted }, async ({ count, everyMs }, extra) => {
      for (let progress = 1; progress <= count; progress++) {
        await delay(everyMs, undefined, { signal: extra.signal })
        const params = { progressToken: extra._meta?.progressToken as string | number, progress, total: count }
        await extra.sendNotification({ method: 'notifications/progress', params })
      }
      return text(`counted to ${count}`)
    })
    server.registerTool('large', { inputSchema: { bytes: z.number() } }, ({ bytes }) => text('x'.repeat(bytes)))
    server.registerTool('ask', {}, async () => {
      const requestedSchema = { type: 'object' as const, properties: { name: { type: 'string' as const } } }
      const { content } = await server.server.elicitInput({ message: 'Who?', requestedSchema })
      return text(String(content?.['name']))
    })
    server.registerTool('announce', {}, () => {
      server.sendToolListChanged()
      return text('announced')
    })
    // Bound, as it answers no request.
    const tell = AsyncResource.bind((data: string) => server.sendLoggingMessage({ level: 'info', data }))
    server.registerTool('tell', { inputSchema: { bytes: z.number() } }, async ({ bytes }) => {
      await tell('x'.repeat(bytes))
      return text('told')
    })
    return server
  }
})
