import { type Headers, header, type JsonRpcMessage, ScaledMcpError } from '@scaled-mcp/contracts'
import type { ReceiveExtra } from '@scaled-mcp/server'

const NO_EXTRA: ReceiveExtra = {}

/** What the gateway tells of the HTTP request, when the operator lets anything through. */
export function requestContext(headers: Headers | undefined): ReceiveExtra {
  const context = headers?.[header.context]
  return context === undefined
    ? NO_EXTRA
    : { requestInfo: JSON.parse(context) as NonNullable<ReceiveExtra['requestInfo']> }
}

/**
 * The client's message as it came; the session's transport checks its shape.
 * @throws ScaledMcpError `ParseError` or `InvalidMessage`: the gateway checks, but whoever may publish can send.
 */
export function clientMessage(body: Uint8Array): JsonRpcMessage {
  let value: unknown
  try {
    value = JSON.parse(Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString())
  } catch (error) {
    throw notJson(error)
  }
  if (typeof value !== 'object' || value === null) throw new ScaledMcpError('InvalidMessage')
  return value as JsonRpcMessage
}

function notJson(cause: unknown): ScaledMcpError {
  return new ScaledMcpError('ParseError', undefined, { cause })
}
