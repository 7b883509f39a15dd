/** A server whose sessions fill the heap of their process: with what they need while in memory, and none of it stored. */
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js'
import { defineServer } from '@scaled-mcp/server'
import { z } from 'zod'

const NUMBERS_PER_MEBIBYTE = 2 ** 20 / 8
const fill = { name: z.string(), mebibytes: z.number() }

export default defineServer({
  state: { version: 1, initial: (): { readonly name: string } => ({ name: '' }) },
  create({ session: { state } }) {
    const server = new McpServer({ name: 'heavy', version: '1.0.0' })
    const text = (value: unknown) => ({ content: [{ type: 'text' as const, text: String(value) }] })
    let held: readonly number[] = []
    server.registerTool('fill', { inputSchema: fill }, async ({ name, mebibytes }) => {
      held = new Array<number>(mebibytes * NUMBERS_PER_MEBIBYTE).fill(0.5)
      await state.update(() => ({ name }))
      return text(held.length)
    })
    server.registerTool('name', {}, () => text(state.get().name))
    server.registerTool('held', {}, () => text(held.length))
    return server
  }
})
