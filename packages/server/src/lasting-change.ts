/** What of a client's requests has to be remembered, so that another worker can rebuild the session. */
import type { JsonRpcRequest, JsonRpcResponse, JsonRpcResult } from '@scaled-mcp/contracts'
import type { SessionChange, SessionFields } from './session-record.ts'

type Params = { readonly [key: string]: unknown }
type Rule = (fields: SessionFields, params: Params, answer: JsonRpcResult) => ReturnType<SessionChange>

/** By method of the request: what its successful answer changes. */
const rules = new Map<string, Rule>([
  [
    'initialize',
    (_, params, { result }) => ({ initialize: { ...params }, revision: String(result['protocolVersion']) })
  ],
  ['logging/setLevel', (_, { level }) => ({ logLevel: String(level) })],
  ['resources/subscribe', ({ subscriptions }, { uri }) => added(subscriptions, String(uri))],
  ['resources/unsubscribe', ({ subscriptions }, { uri }) => removed(subscriptions, String(uri))]
])

/** What this answer changes for good; undefined for most. */
export function lastingChange(request: JsonRpcRequest, answer: JsonRpcResponse): SessionChange | undefined {
  const rule = rules.get(request.method)
  if (!rule || !('result' in answer)) return undefined
  return (fields) => rule(fields, request.params ?? {}, answer)
}

function added(subscriptions: readonly string[], uri: string): ReturnType<SessionChange> {
  return subscriptions.includes(uri) ? undefined : { subscriptions: [...subscriptions, uri] }
}

function removed(subscriptions: readonly string[], uri: string): ReturnType<SessionChange> {
  return subscriptions.includes(uri) ? { subscriptions: subscriptions.filter((other) => other !== uri) } : undefined
}
