/**
 * What the server object of a session costs by itself, as `echo-module.ts` makes it: connected to a transport that does
 * nothing, initialized, and idle. Says how many bytes of heap one takes, on average over `process.argv[2]` of them.
 */
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import type { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js'
import { AjvJsonSchemaValidator } from '@modelcontextprotocol/sdk/validation/ajv'
import { sharedValidator } from '@scaled-mcp/server'
import { INITIALIZED, initializeText } from '../load/mcp-opening.ts'
import { echoV1 } from './echo-v1.ts'
import { sayReady } from './say-ready.ts'

/** Opened before, so that nothing that exists once is counted. */
const FIRST = 500

type Message = Parameters<NonNullable<Parameters<McpServer['connect']>[0]['onmessage']>>[0]

setFlagsFromString('--expose_gc')
const collect = runInNewContext('gc') as () => void
const servers: McpServer[] = []

class DeadEnd {
  onmessage?: (message: Message) => void

  async start(): Promise<void> {}

  async send(): Promise<void> {}

  async close(): Promise<void> {}
}

async function open(count: number): Promise<void> {
  for (let i = 0; i < count; i++) {
    const server = echoV1({ jsonSchemaValidator: sharedValidator(AjvJsonSchemaValidator) })
    const transport = new DeadEnd()
    await server.connect(transport)
    transport.onmessage?.(JSON.parse(initializeText(0)) as Message)
    transport.onmessage?.(JSON.parse(INITIALIZED) as Message)
    servers.push(server)
  }
  await new Promise((resolve) => setImmediate(resolve))
}

function heapInUse(): number {
  collect()
  return process.memoryUsage().heapUsed
}

const count = Number(process.argv[2])
await open(FIRST)
const before = heapInUse()
await open(count)
sayReady(String((heapInUse() - before) / count))
