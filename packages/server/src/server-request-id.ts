/**
 * Ids of the server's own requests. Both SDKs count from 0 again after a rebuild, so a late answer to the former
 * server would reach the wrong question; with the owner's epoch in the id, `s<epoch>.<n>`, it cannot.
 */
import type { JsonRpcNotification, JsonRpcRequest, JsonRpcResponse } from '@scaled-mcp/contracts'

type Params = { readonly [key: string]: unknown }

const shape = /^s(\d+)\.(\d+)$/

/** A request or notification of the server, with its own request ids as the client gets to see them. */
export function namedForClient<M extends JsonRpcRequest | JsonRpcNotification>(message: M, epoch: number): M {
  if ('id' in message) {
    const id = clientId(message.id, epoch)
    return { ...message, id, ...(message.params && { params: withOwnToken(message.params, message.id, id) }) }
  }
  if (message.method !== 'notifications/cancelled') return message
  return { ...message, params: { ...message.params, requestId: clientId(message.params?.['requestId'], epoch) } }
}

/** The client's answer with the id the SDK gave to its question; undefined when that was not asked under `epoch`. */
export function answerForServer(answer: JsonRpcResponse, epoch: number): JsonRpcResponse | undefined {
  const id = sdkId(answer.id, epoch)
  return typeof id === 'number' ? { ...answer, id } : undefined
}

/** The client's progress on a question of the server; undefined when that was asked under another epoch. */
export function progressForServer(progress: JsonRpcNotification, epoch: number): JsonRpcNotification | undefined {
  const id = sdkId(progress.params?.['progressToken'], epoch)
  if (id === 'none') return progress
  return id === 'stale' ? undefined : { ...progress, params: { ...progress.params, progressToken: id } }
}

function clientId(id: unknown, epoch: number): string {
  return `s${epoch}.${String(id)}`
}

function sdkId(id: unknown, epoch: number): number | 'stale' | 'none' {
  const match = typeof id === 'string' ? shape.exec(id) : null
  if (!match) return 'none'
  return Number(match[1]) === epoch ? Number(match[2]) : 'stale'
}

/** Both SDKs use the request's id as its progress token; a token of the author's own stays. */
function withOwnToken(params: Params, id: unknown, token: string): Params {
  const meta = params['_meta'] as Params | undefined
  return meta?.['progressToken'] === id ? { ...params, _meta: { ...meta, progressToken: token } } : params
}
