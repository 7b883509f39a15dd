/** A server whose tools can be met by a fault halfway: what they did shows in a file, outside of any process. */
import { appendFileSync, readFileSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js'
import { defineServer } from '@scaled-mcp/server'
import { z } from 'zod'

const LONG_MS = 600_000
const file = { file: z.string() }
const text = (value: unknown) => ({ content: [{ type: 'text' as const, text: String(value) }] })

/** How often it has begun, this time included. */
function begin(path: string): number {
  appendFileSync(path, `${process.pid}\n`)
  return readFileSync(path, 'utf8').split('\n').length - 1
}

/** The first to begin does not come to its end. */
async function endUnlessFirst({ file: path }: { readonly file: string }, { signal }: { readonly signal: AbortSignal }) {
  if (begin(path) === 1) await delay(LONG_MS, undefined, { signal })
  return text('done')
}

export default defineServer({
  state: { version: 1, initial: (): { readonly count: number } => ({ count: 0 }) },
  create({ session: { state } }) {
    const server = new McpServer({ name: 'faults', version: '1.0.0' })
    const increment = async () => text((await state.update(({ count }) => ({ count: count + 1 }))).count)
    server.registerTool('increment', {}, increment)
    server.registerTool('count', { annotations: { readOnlyHint: true } }, () => text(state.get().count))
    server.registerTool('increment-late', { inputSchema: { ...file, ms: z.number() } }, async ({ file: path, ms }) => {
      begin(path)
      await delay(ms)
      return increment()
    })
    server.registerTool('block', { inputSchema: { ms: z.number() } }, ({ ms }) => {
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms)
      return text('blocked')
    })
    server.registerTool('read', { inputSchema: file, annotations: { readOnlyHint: true } }, endUnlessFirst)
    server.registerTool('put', { inputSchema: file, annotations: { idempotentHint: true } }, endUnlessFirst)
    return server
  }
})
