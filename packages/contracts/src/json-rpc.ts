/** A request id. JSON-RPC 2.0 §4, narrowed by MCP ("Requests"): string or integer, never null. */
export type JsonRpcId = string | number

export interface JsonRpcRequest {
  readonly jsonrpc: '2.0'
  readonly id: JsonRpcId
  readonly method: string
  readonly params?: { readonly [key: string]: unknown }
}

export interface JsonRpcNotification {
  readonly jsonrpc: '2.0'
  readonly method: string
  readonly params?: { readonly [key: string]: unknown }
}

export interface JsonRpcResult {
  readonly jsonrpc: '2.0'
  readonly id: JsonRpcId
  readonly result: { readonly [key: string]: unknown }
}

export interface JsonRpcError {
  readonly jsonrpc: '2.0'
  readonly id: JsonRpcId | null
  readonly error: { readonly code: number; readonly message: string; readonly data?: unknown }
}

export type JsonRpcResponse = JsonRpcResult | JsonRpcError
export type JsonRpcMessage = JsonRpcRequest | JsonRpcNotification | JsonRpcResponse

type Fields = { readonly [key: string]: unknown }

/** What a parsed JSON value is as a JSON-RPC message, or `invalid`. Reads only what routing needs. */
export function recognise(value: unknown): 'request' | 'notification' | 'response' | 'invalid' {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return 'invalid'
  const message = value as Fields
  if (message['jsonrpc'] !== '2.0') return 'invalid'
  if (message['method'] === undefined) return isResponse(message) ? 'response' : 'invalid'
  if (typeof message['method'] !== 'string' || !isParams(message['params'])) return 'invalid'
  if (!('id' in message)) return 'notification'
  return isJsonRpcId(message['id']) ? 'request' : 'invalid'
}

/** The id of a message when it could be read, else null, as an error answer has to carry it (JSON-RPC 2.0 §5). */
export function readableId(value: unknown): JsonRpcId | null {
  const id = typeof value === 'object' && value !== null ? (value as Fields)['id'] : undefined
  return isJsonRpcId(id) ? id : null
}

function isJsonRpcId(id: unknown): id is JsonRpcId {
  return typeof id === 'string' || Number.isInteger(id)
}

function isParams(params: unknown): boolean {
  return params === undefined || (typeof params === 'object' && params !== null && !Array.isArray(params))
}

function isResponse(message: Fields): boolean {
  const hasResult = isObject(message['result'])
  const hasError = isObject(message['error'])
  return hasResult !== hasError && (isJsonRpcId(message['id']) || (hasError && message['id'] === null))
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
