/** The next build of `scripted.ts`: what it stores, the one before cannot read. */
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js'
import { defineServer } from '@scaled-mcp/server'
import { durableKind, plainKinds } from '../actors/scripted/kinds.ts'

export default defineServer({
  create: () => new McpServer({ name: 'scripted-newer', version: '1.0.0' }),
  actors: { ...plainKinds, durable: durableKind(2) }
})
