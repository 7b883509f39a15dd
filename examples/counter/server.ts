/** A counter per session. It survives the worker it lives on: the state is stored before a call is answered. */
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js'
import { AjvJsonSchemaValidator } from '@modelcontextprotocol/sdk/validation/ajv'
import { defineServer, sharedValidator } from '@scaled-mcp/server'
import { z } from 'zod'

const by = z.number().int().default(1).describe('How much to add')

export default defineServer({
  state: { version: 1, initial: () => ({ count: 0 }) },
  create({ session }) {
    const server = new McpServer(
      { name: 'counter', version: '0.1.0' },
      { jsonSchemaValidator: sharedValidator(AjvJsonSchemaValidator) }
    )
    server.registerTool('increment', { description: 'Adds to the counter', inputSchema: { by } }, async ({ by }) => {
      const { count } = await session.state.update(({ count }) => ({ count: count + by }))
      return text(count)
    })
    server.registerTool('value', { description: 'Reads the counter', annotations: { readOnlyHint: true } }, () =>
      text(session.state.get().count)
    )
    server.registerTool(
      'whoami',
      { description: 'Names the process that answers', annotations: { readOnlyHint: true } },
      () => text(`process ${process.pid}, session ${session.id}`)
    )
    return server
  }
})

function text(value: string | number) {
  return { content: [{ type: 'text' as const, text: String(value) }] }
}
