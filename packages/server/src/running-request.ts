/**
 * Which request's handler is running. One storage for the whole process: each further one would be copied at every
 * await of every session.
 */
import { AsyncLocalStorage } from 'node:async_hooks'
import type { JsonRpcRequest } from '@scaled-mcp/contracts'

const running = new AsyncLocalStorage<JsonRpcRequest | undefined>()

/** Notifications about the server as a whole; they belong to no request even when one caused them. */
const ofTheServer = new Set([
  'notifications/tools/list_changed',
  'notifications/prompts/list_changed',
  'notifications/resources/list_changed',
  'notifications/resources/updated'
])

/** Runs `handle` as the handler of `request`; undefined: of none, whoever calls. */
export function runAs(request: JsonRpcRequest | undefined, handle: () => void): void {
  running.run(request, handle)
}

/** The request that a message of `method`, sent now, belongs to. May be of another session: compare it by identity. */
export function runningRequest(method: string): JsonRpcRequest | undefined {
  return ofTheServer.has(method) ? undefined : running.getStore()
}
