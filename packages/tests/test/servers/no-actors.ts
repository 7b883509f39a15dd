/** The build before actors were declared. */
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js'
import { defineServer } from '@scaled-mcp/server'

export default defineServer({ create: () => new McpServer({ name: 'no-actors', version: '1.0.0' }) })
