/** All of MCP with sessions, on SDK v1. */
import { completable } from '@modelcontextprotocol/sdk/server/completable.js'
import { McpServer, ResourceTemplate } from '@modelcontextprotocol/sdk/server/mcp.js'
import type { RequestHandlerExtra } from '@modelcontextprotocol/sdk/shared/protocol.js'
import {
  type ServerNotification,
  type ServerRequest,
  SubscribeRequestSchema,
  UnsubscribeRequestSchema
} from '@modelcontextprotocol/sdk/types.js'
import { AjvJsonSchemaValidator } from '@modelcontextprotocol/sdk/validation/ajv'
import { defineServer, sharedValidator } from '@scaled-mcp/server'
import { z } from 'zod'
import { complete, prompts } from './prompts.ts'
import { read, readTemplate, resources, template } from './resources.ts'
import { type Call, tools } from './tools.ts'

type Extra = RequestHandlerExtra<ServerRequest, ServerNotification>

export default defineServer({
  create() {
    const server = new McpServer(
      { name: 'everything', version: '0.1.0' },
      {
        capabilities: { logging: {}, resources: { subscribe: true } },
        jsonSchemaValidator: sharedValidator(AjvJsonSchemaValidator)
      }
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
    server.registerTool(name, { description, inputSchema }, async (args, extra) => ({
      content: await run(args, callOf(server, subscriptions, extra))
    }))
  }
}

function callOf(server: McpServer, subscriptions: ReadonlySet<string>, extra: Extra): Call {
  const progressToken = extra._meta?.progressToken
  return {
    progressToken,
    log: (data) => server.sendLoggingMessage({ level: 'info', data }, extra.sessionId),
    async progress(progress, total) {
      if (progressToken === undefined) return
      await extra.sendNotification({ method: 'notifications/progress', params: { progressToken, progress, total } })
    },
    async sample(prompt) {
      const messages = [{ role: 'user' as const, content: { type: 'text' as const, text: prompt } }]
      const { content } = await server.server.createMessage({ messages, maxTokens: 100 })
      return content.type === 'text' ? content.text : `(${content.type})`
    },
    elicit: (form) => server.server.elicitInput(form),
    closeStream: () => extra.closeSSEStream?.(),
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
    server.registerPrompt(name, { description, argsSchema }, (values) => ({ messages: run(values) }))
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
  server.setRequestHandler(SubscribeRequestSchema, ({ params }) => {
    subscriptions.add(params.uri)
    return {}
  })
  server.setRequestHandler(UnsubscribeRequestSchema, ({ params }) => {
    subscriptions.delete(params.uri)
    return {}
  })
  return subscriptions
}
