/** What becomes of requests whose owner died while they were in flight (cluster protocol §3.5). */
import { type JsonRpcId, type JsonRpcRequest, ScaledMcpError } from '@scaled-mcp/contracts'
import { errorAnswer } from '@scaled-mcp/server'
import type { ServedSession } from './serve-session.ts'

/** Whether each of `requests` may run although it may have run before. */
export async function safeToRepeat(
  requests: readonly JsonRpcRequest[],
  server: Pick<ServedSession, 'deliveryClass'>
): Promise<boolean> {
  const classes = await Promise.all(requests.map((request) => server.deliveryClass(request)))
  return !classes.includes('once')
}

/** Those of `requests` that none of `messages` answers. */
export function unanswered(
  requests: readonly JsonRpcRequest[],
  messages: readonly Uint8Array[]
): readonly JsonRpcRequest[] {
  const answered = new Set(messages.map(answeredBy))
  return requests.filter(({ id }) => !answered.has(id))
}

/** The answer to a request of which nobody knows whether it ran. */
export function sessionMoved(id: JsonRpcId): string {
  return JSON.stringify(errorAnswer(id, new ScaledMcpError('SessionMoved')))
}

/** The request that a message answers; undefined when it is no answer. */
function answeredBy(message: Uint8Array): JsonRpcId | undefined {
  const value = JSON.parse(Buffer.from(message).toString()) as { readonly id?: JsonRpcId; readonly method?: string }
  return value.method === undefined ? value.id : undefined
}
