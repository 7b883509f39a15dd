/** A server that answers in every odd way a tool can. */
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js'
import { AjvJsonSchemaValidator } from '@modelcontextprotocol/sdk/validation/ajv'
import { defineServer, sharedValidator } from '@scaled-mcp/server'
import { z } from 'zod'

const name = { value: z.string() }
const size = { bytes: z.number() }

export default defineServer({
  state: { version: 1, initial: (): { readonly kept: unknown } => ({ kept: 'first' }) },
  create({ session }) {
    const validator = sharedValidator(AjvJsonSchemaValidator)
    const server = new McpServer({ name: 'odd', version: '1.0.0' }, { jsonSchemaValidator: validator })
    const text = (value: string) => ({ content: [{ type: 'text' as const, text: value }] })
    server.registerTool('echo', { inputSchema: name }, ({ value }) => text(value))
    server.registerTool('large', { inputSchema: size }, ({ bytes }) => text('x'.repeat(bytes)))
    server.registerTool('header', { inputSchema: name }, ({ value }, extra) =>
      text(String(extra.requestInfo?.headers[value]))
    )
    server.registerTool('throws', {}, () => {
      throw new Error('thrown by the tool')
    })
    server.registerTool('garbage', {}, () => ({ content: [], _meta: { big: 1n } }))
    server.registerTool('keep-function', {}, async () => {
      await session.state.update(() => ({ kept: () => 1 }))
      return text('kept')
    })
    server.registerTool('kept', {}, () => text(JSON.stringify(session.state.get())))
    return server
  }
})
