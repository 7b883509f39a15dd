import {
  type Headers,
  header,
  type JsonRpcMessage,
  type JsonRpcRequest,
  recognise,
  rulesOf,
  ScaledMcpError
} from '@scaled-mcp/contracts'
import type { ReceiveExtra } from '@scaled-mcp/server'

/** What one POST of a client says. */
export interface ClientPost {
  /** In their order. Of a single message its shape is checked by the session's transport. */
  readonly messages: readonly JsonRpcMessage[]
  readonly requests: readonly JsonRpcRequest[]
  readonly isBatch: boolean
}

const NO_EXTRA: ReceiveExtra = {}
const NO_REQUESTS: readonly JsonRpcRequest[] = []
const MAX_BATCH = 100

/** What the gateway tells of the HTTP request, when the operator lets anything through. */
export function requestContext(headers: Headers | undefined): ReceiveExtra {
  const context = headers?.[header.context]
  return context === undefined
    ? NO_EXTRA
    : { requestInfo: JSON.parse(context) as NonNullable<ReceiveExtra['requestInfo']> }
}

/**
 * The client's message or messages as they came.
 * @param revision of the session.
 * @throws ScaledMcpError `ParseError`, `InvalidMessage` or `BatchNotAllowed`: the gateway checks, but whoever may publish
 * can send.
 */
export function clientPost(body: Uint8Array, revision: string): ClientPost {
  const value = parsed(body)
  if (Array.isArray(value)) return batch(value, revision)
  const message = value as JsonRpcMessage
  return { messages: [message], requests: isRequest(message) ? [message] : NO_REQUESTS, isBatch: false }
}

function batch(items: readonly unknown[], revision: string): ClientPost {
  if (!rulesOf(revision).batches) throw new ScaledMcpError('BatchNotAllowed', `it is ${revision}`)
  if (items.length === 0 || items.length > MAX_BATCH) {
    throw new ScaledMcpError('InvalidMessage', `a batch of ${items.length}; 1 to ${MAX_BATCH} are allowed`)
  }
  const messages = items as readonly JsonRpcMessage[]
  for (const item of items) if (recognise(item) === 'invalid') throw new ScaledMcpError('InvalidMessage')
  const requests = messages.filter(isRequest)
  if (requests.some(({ method }) => method === 'initialize')) {
    throw new ScaledMcpError('InvalidMessage', 'initialize is not allowed in a batch')
  }
  if (new Set(requests.map(({ id }) => id)).size < requests.length) {
    throw new ScaledMcpError('DuplicateRequestId', 'twice in one batch')
  }
  return { messages, requests, isBatch: true }
}

function parsed(body: Uint8Array): object {
  let value: unknown
  try {
    value = JSON.parse(Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString())
  } catch (error) {
    throw notJson(error)
  }
  if (typeof value !== 'object' || value === null) throw new ScaledMcpError('InvalidMessage')
  return value
}

function isRequest(message: JsonRpcMessage): message is JsonRpcRequest {
  return 'method' in message && 'id' in message
}

function notJson(cause: unknown): ScaledMcpError {
  return new ScaledMcpError('ParseError', undefined, { cause })
}
