/**
 * What a second delivery of the same request may do (cluster protocol §3.5). `volatile`: it only reads, or sets what it
 * would set again. `idempotent`: a tool that says so of itself. `once`: everything else, also what we do not know.
 */
import type { JsonRpcRequest, JsonRpcResponse } from '@scaled-mcp/contracts'

export type DeliveryClass = 'volatile' | 'idempotent' | 'once'

const volatile = new Set([
  'ping',
  'tools/list',
  'resources/list',
  'resources/templates/list',
  'resources/read',
  'resources/subscribe',
  'resources/unsubscribe',
  'prompts/list',
  'prompts/get',
  'completion/complete',
  'logging/setLevel'
])

/** Asks the server on the host's own behalf. */
type Ask = (method: string, params: { readonly [key: string]: unknown }) => Promise<JsonRpcResponse>

interface Tool {
  readonly name?: unknown
  readonly annotations?: { readonly readOnlyHint?: unknown; readonly idempotentHint?: unknown }
}

/** The class of `request`; of a tool, as the server lists it now. */
export async function deliveryClassOf({ method, params }: JsonRpcRequest, ask: Ask): Promise<DeliveryClass> {
  if (volatile.has(method)) return 'volatile'
  if (method !== 'tools/call') return 'once'
  const annotations = (await findTool(params?.['name'], ask))?.annotations
  return annotations?.readOnlyHint === true || annotations?.idempotentHint === true ? 'idempotent' : 'once'
}

/** The tool on whichever page of the list it is. */
async function findTool(name: unknown, ask: Ask): Promise<Tool | undefined> {
  let cursor: unknown
  do {
    const answer = await ask('tools/list', cursor === undefined ? {} : { cursor })
    if (!('result' in answer)) return undefined
    const tools = answer.result['tools'] as readonly Tool[] | undefined
    const found = tools?.find((tool) => tool.name === name)
    if (found) return found
    cursor = answer.result['nextCursor']
  } while (cursor !== undefined)
  return undefined
}
