/** The server module of the failover benchmark: what it has counted is a session's durable state. */
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js'
import { AjvJsonSchemaValidator } from '@modelcontextprotocol/sdk/validation/ajv'
import { defineServer, sharedValidator } from '@scaled-mcp/server'

export default defineServer({
  state: { version: 1, initial: (): { readonly count: number } => ({ count: 0 }) },
  create({ session }) {
    const jsonSchemaValidator = sharedValidator(AjvJsonSchemaValidator)
    const server = new McpServer({ name: 'counter', version: '1.0.0' }, { jsonSchemaValidator })
    server.registerTool('increment', {}, async () => {
      const { count } = await session.state.update(({ count }) => ({ count: count + 1 }))
      return { content: [{ type: 'text', text: String(count) }] }
    })
    return server
  }
})
