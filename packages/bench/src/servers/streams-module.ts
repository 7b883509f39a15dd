/** The server module of the streams benchmark: one session's call makes the servers of all sessions speak. */
import { AsyncResource } from 'node:async_hooks'
import { setTimeout as delay } from 'node:timers/promises'
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js'
import { AjvJsonSchemaValidator } from '@modelcontextprotocol/sdk/validation/ajv'
import { defineServer, sharedValidator } from '@scaled-mcp/server'
import { z } from 'zod'

/** Of every session of this process, in the order in which they were opened. */
const servers: McpServer[] = []
const done = { content: [{ type: 'text' as const, text: 'done' }] }
const beats = { count: z.number(), everyMs: z.number() }

/** Says `data`, and when it was said, to whoever listens to the session of `server`: bound, as it answers no request. */
const say = AsyncResource.bind((server: McpServer, data: string): Promise<void> => {
  const sent = performance.timeOrigin + performance.now()
  return server.sendLoggingMessage({ level: 'info', logger: String(sent), data })
})

/** Does something `count` times, one every so many milliseconds. */
async function inTime({ count, everyMs }: z.infer<z.ZodObject<typeof beats>>, work: (i: number) => Promise<void>) {
  const start = performance.now()
  for (let i = 0; i < count; i++) {
    await delay(Math.max(0, start + i * everyMs - performance.now()))
    await work(i)
  }
  return done
}

export default defineServer({
  create() {
    const jsonSchemaValidator = sharedValidator(AjvJsonSchemaValidator)
    const capabilities = { logging: {}, tools: { listChanged: true } }
    const server = new McpServer({ name: 'streams', version: '1.0.0' }, { capabilities, jsonSchemaValidator })
    servers.push(server)
    server.registerTool('announce', {}, () => {
      for (const each of servers) each.sendToolListChanged()
      return done
    })
    server.registerTool('beat', { inputSchema: beats }, (args) => {
      const others = servers.filter((each) => each !== server)
      return inTime(args, (i) => say(others[i % others.length] as McpServer, 'beat'))
    })
    server.registerTool('flood', { inputSchema: { ...beats, bytes: z.number() } }, ({ bytes, ...args }) => {
      const data = 'x'.repeat(bytes)
      return inTime(args, () => say(server, data))
    })
    return server
  }
})
