import type { JsonRpcRequest, JsonRpcResponse } from '@scaled-mcp/contracts'
import { ScaledMcpError } from '@scaled-mcp/contracts'
import type { SessionFields } from './session-record.ts'

/** How a record's messages reach the server once more. */
export interface ReplayPort {
  /** Sends a request and resolves with the server's answer, which nobody else sees. */
  ask(request: JsonRpcRequest): Promise<JsonRpcResponse>
  /** Tells the server that its client is initialized. */
  initialized(): void
}

const PREFIX = 'scaled-mcp/replay/'

/**
 * Says to a fresh server what the client said to the former one. That it is initialized is not in the record: a session
 * comes back because its client uses it, and who uses a session is initialized (MCP 2025-11-25, Lifecycle).
 * Resolves with the resource subscriptions that the fresh server refused.
 * @throws ScaledMcpError `ServerFailed` when it refuses `initialize`.
 */
export async function replay(fields: SessionFields, port: ReplayPort): Promise<readonly string[]> {
  const opened = await port.ask(request('initialize', fields.initialize))
  if ('error' in opened) throw new ScaledMcpError('ServerFailed', `initialize was refused: ${opened.error.message}`)
  port.initialized()
  if (fields.logLevel !== undefined) await port.ask(request('logging/setLevel', { level: fields.logLevel }))
  const answers = await Promise.all(fields.subscriptions.map((uri) => port.ask(subscribe(uri))))
  return fields.subscriptions.filter((_, i) => 'error' in (answers[i] ?? {}))
}

/** Ids of their own, so that no answer is taken for one to the client. */
function request(method: string, params: { readonly [key: string]: unknown }, part = ''): JsonRpcRequest {
  return { jsonrpc: '2.0', id: `${PREFIX}${method}${part}`, method, params }
}

function subscribe(uri: string): JsonRpcRequest {
  return request('resources/subscribe', { uri }, `/${uri}`)
}
