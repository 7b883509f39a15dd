/** The same server on both SDKs, written the way their users do: nothing says which request a message belongs to. */
import { McpServer as McpServerV1 } from '@modelcontextprotocol/sdk/server/mcp.js'
import { SubscribeRequestSchema, UnsubscribeRequestSchema } from '@modelcontextprotocol/sdk/types.js'
import { McpServer as McpServerV2 } from '@modelcontextprotocol/server'
import { z } from 'zod'
import type { SdkServer } from '../src/index.ts'

/** What the tests do inside of a server's handlers. */
export interface Hands {
  log(data: string): Promise<void>
  elicit(message: string, options?: { signal?: AbortSignal; onprogress?: () => void }): Promise<{ action: string }>
  toolsChanged(): void
  resourceUpdated(uri: string): Promise<void>
  clientCapabilities(): unknown
  readonly subscriptions: ReadonlySet<string>
}

interface HandlerExtra {
  readonly sessionId: string | undefined
  readonly signal: AbortSignal
  readonly headers: (name: string) => string | null | undefined
}

export type Tools = Readonly<Record<string, (hands: Hands, extra: HandlerExtra) => unknown>>

export interface Sdk {
  readonly name: string
  create(tools: Tools, gate?: (uri: string) => void | Promise<void>): SdkServer
}

const info = { name: 'fixture', version: '1.0.0' }
const options = { capabilities: { logging: {}, tools: { listChanged: true }, resources: { subscribe: true } } }
const form = { type: 'object' as const, properties: { name: { type: 'string' as const } } }
const input = z.object({})

export const v1: Sdk = {
  name: 'SDK v1',
  create(tools, gate = () => undefined) {
    const mcp = new McpServerV1(info, options)
    const subscriptions = new Set<string>()
    mcp.server.setRequestHandler(SubscribeRequestSchema, async ({ params: { uri } }) => {
      await gate(uri)
      subscriptions.add(uri)
      return {}
    })
    mcp.server.setRequestHandler(UnsubscribeRequestSchema, ({ params: { uri } }) => {
      subscriptions.delete(uri)
      return {}
    })
    for (const [name, run] of Object.entries(tools)) {
      mcp.registerTool(name, { inputSchema: input }, async (_, { sessionId, signal, requestInfo }) => {
        const headers = (header: string) => requestInfo?.headers[header] as string | undefined
        return (await run(handsOf(mcp, subscriptions, sessionId), { sessionId, signal, headers })) as never
      })
    }
    return mcp
  }
}

export const v2: Sdk = {
  name: 'SDK v2',
  create(tools, gate = () => undefined) {
    const mcp = new McpServerV2(info, options)
    const subscriptions = new Set<string>()
    mcp.server.setRequestHandler('resources/subscribe', async ({ params: { uri } }) => {
      await gate(uri)
      subscriptions.add(uri)
      return {}
    })
    mcp.server.setRequestHandler('resources/unsubscribe', ({ params: { uri } }) => {
      subscriptions.delete(uri)
      return {}
    })
    for (const [name, run] of Object.entries(tools)) {
      mcp.registerTool(name, { inputSchema: input }, async (_, { sessionId, mcpReq, http }) => {
        const headers = (header: string) => http?.req?.headers.get(header)
        const extra = { sessionId, signal: mcpReq.signal, headers }
        return (await run(handsOf(mcp, subscriptions, sessionId), extra)) as never
      })
    }
    return mcp
  }
}

export const bothSdks: readonly Sdk[] = [v1, v2]

function handsOf(
  mcp: McpServerV1 | McpServerV2,
  subscriptions: ReadonlySet<string>,
  sessionId: string | undefined
): Hands {
  return {
    log: (data) => mcp.sendLoggingMessage({ level: 'info', data }, sessionId),
    elicit: (message, options) => mcp.server.elicitInput({ message, requestedSchema: form }, options),
    toolsChanged: () => mcp.sendToolListChanged(),
    resourceUpdated: (uri) => mcp.server.sendResourceUpdated({ uri }),
    clientCapabilities: () => mcp.server.getClientCapabilities(),
    subscriptions
  }
}

/** The result of a tool that says `text`. */
export function said(text: string): { readonly content: readonly { readonly type: 'text'; readonly text: string }[] } {
  return { content: [{ type: 'text', text }] }
}
