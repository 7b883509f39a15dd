/** Actors that do as they are told. */
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js'
import { defineServer } from '@scaled-mcp/server'
import { durableKind, plainKinds } from '../actors/scripted/kinds.ts'

export default defineServer({
  create: () => new McpServer({ name: 'scripted', version: '1.0.0' }),
  actors: { ...plainKinds, durable: durableKind(1) }
})
