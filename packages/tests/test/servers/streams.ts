/** A server that says much and asks its client back. What its tools did shows in a file, outside of any process. */
import { AsyncResource } from 'node:async_hooks'
import { appendFileSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js'
import { defineServer } from '@scaled-mcp/server'
import { z } from 'zod'

const text = (value: unknown) => ({ content: [{ type: 'text' as const, text: String(value) }] })
const counted = { count: z.number(), everyMs: z.number(), file: z.string().optional() }

export default defineServer({
  create() {
    const server = new McpServer(
      { name: 'streams', version: '1.0.0' },
      { capabilities: { logging: {}, tools: { listChanged: true } } }
    )
    const count = async (
      { count, everyMs, file }: { count: number; everyMs: number; file?: string | undefined },
      extra: { readonly sendNotification: (notification: never) => Promise<void>; readonly _meta?: object | undefined }
    ) => {
      if (file) appendFileSync(file, `${process.pid}\n`)
      const { progressToken } = (extra._meta ?? {}) as { progressToken?: string | number }
      for (let progress = 1; progress <= count; progress++) {
        await delay(everyMs)
        const params = { progressToken, progress, total: count }
        await extra.sendNotification({ method: 'notifications/progress', params } as never)
      }
      return text(`counted to ${count}`)
    }
    server.registerTool('count', { inputSchema: counted }, count)
    server.registerTool('count-again', { inputSchema: counted, annotations: { readOnlyHint: true } }, count)
    server.registerTool('large', { inputSchema: { bytes: z.number() } }, async ({ bytes }, extra) => {
      const data = 'x'.repeat(bytes)
      await extra.sendNotification({ method: 'notifications/message', params: { level: 'info', data } })
      return text(data.length)
    })
    server.registerTool('ask', {}, async () => {
      const requestedSchema = { type: 'object' as const, properties: { name: { type: 'string' as const } } }
      const { action, content } = await server.server.elicitInput({ message: 'Who?', requestedSchema })
      return text(`${action} ${content?.['name']}`)
    })
    // Bound, as it answers no request.
    const tell = AsyncResource.bind((data: string) => server.sendLoggingMessage({ level: 'info', data }))
    server.registerTool('tell', { inputSchema: { bytes: z.number() } }, async ({ bytes }) => {
      await tell('x'.repeat(bytes))
      return text('told')
    })
    server.registerTool('announce', {}, () => {
      server.sendToolListChanged()
      return text('announced')
    })
    server.registerTool('close-stream', { inputSchema: { ms: z.number() } }, async ({ ms }, extra) => {
      extra.closeSSEStream?.()
      await delay(ms)
      return text('after the close')
    })
    return server
  }
})
