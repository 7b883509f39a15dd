/** All of MCP with sessions, on SDK v2. */
import { completable, McpServer, ResourceTemplate, type ServerContext } from '@modelcontextprotocol/server'
import { defineServer } from '@scaled-mcp/server'
import { z } from 'zod'
import { complete, prompts } from './prompts.ts'
import { read, readTemplate, resources, template } from './resources.ts'
import { type Call, tools } from './tools.ts'

export default defineServer({
  create() {
    const server = new McpServer(
      { name: 'everything', version: '0.1.0' },
      { capabilities: { logging: {}, resources: { subscribe: true } } }
    )
    const subscriptions = subscriptionsOf(server)
    addTools(server, subscriptions)
    addPrompts(server)
    addResources(server)
    return server
  }
})

function addTools(server: McpServer, subscriptions: ReadonlySet<string>): void {
  for (const { name, description, inputSchema, run } of tools) {
    server.registerTool(name, { description, inputSchema }, async (args, context) => ({
      content: await run(args, callOf(server, subscriptions, context))
    }))
  }
}

function callOf(
  server: McpServer,
  subscriptions: ReadonlySet<string>,
  { sessionId, mcpReq, http }: ServerContext
): Call {
  const progressToken = mcpReq._meta?.progressToken
  return {
    progressToken,
    log: (data) => server.sendLoggingMessage({ level: 'info', data }, sessionId),
    async progress(progress, total) {
      if (progressToken === undefined) return
      await mcpReq.notify({ method: 'notifications/progress', params: { progressToken, progress, total } })
    },
    async sample(prompt) {
      const messages = [{ role: 'user' as const, content: { type: 'text' as const, text: prompt } }]
      const { content } = await server.server.createMessage({ messages, maxTokens: 100 })
      return content.type === 'text' ? content.text : `(${content.type})`
    },
    elicit: (form) => server.server.elicitInput(form),
    closeStream: () => http?.closeSSE?.(),
    async updated(uri) {
      if (subscriptions.has(uri)) await server.server.sendResourceUpdated({ uri })
    }
  }
}

function addPrompts(server: McpServer): void {
  for (const { name, description, args, run } of prompts) {
    const argsSchema = Object.fromEntries(
      Object.entries(args).map(([arg, says]) => [arg, completable(z.string().describe(says), complete)])
    )
    server.registerPrompt(name, { description, argsSchema: z.object(argsSchema) }, (values) => ({
      messages: run(values)
    }))
  }
}

function addResources(server: McpServer): void {
  for (const resource of resources) {
    const { name, uri, description, mimeType } = resource
    server.registerResource(name, uri, { description, mimeType }, () => read(resource))
  }
  const { name, uri, ...metadata } = template
  server.registerResource(name, new ResourceTemplate(uri, { list: undefined }), metadata, (url, { id }) =>
    readTemplate(url.href, String(id))
  )
}

/** What the client of this session subscribed to; a restored session is told of it again. */
function subscriptionsOf({ server }: McpServer): ReadonlySet<string> {
  const subscriptions = new Set<string>()
  server.setRequestHandler('resources/subscribe', ({ params }) => {
    subscriptions.add(params.uri)
    return {}
  })
  server.setRequestHandler('resources/unsubscribe', ({ params }) => {
    subscriptions.delete(params.uri)
    return {}
  })
  return subscriptions
}
