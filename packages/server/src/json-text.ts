import {
  type ErrorRule,
  errorRules,
  type JsonRpcId,
  type JsonRpcMessage,
  type JsonRpcResponse,
  reasonOf,
  recognise,
  ScaledMcpError
} from '@scaled-mcp/contracts'

/**
 * The text of a message.
 * @throws ScaledMcpError `AnswerNotSerialisable` when it is not JSON-RPC or holds what JSON cannot carry.
 */
export function jsonText(message: JsonRpcMessage): string {
  if (recognise(message) === 'invalid') throw new ScaledMcpError('AnswerNotSerialisable', 'not a JSON-RPC message')
  try {
    return JSON.stringify(message)
  } catch (error) {
    throw notJson(error)
  }
}

/** The answer to request `id` that says its real answer failed with `error`. */
export function errorAnswer(id: JsonRpcId, error: unknown): JsonRpcResponse {
  const known = error instanceof ScaledMcpError ? error : new ScaledMcpError('Internal', undefined, { cause: error })
  const { jsonRpc = errorRules.Internal.jsonRpc }: ErrorRule = known.rule
  return { jsonrpc: '2.0', id, error: { code: jsonRpc, message: known.message, data: reasonOf(known.code) } }
}

function notJson(cause: unknown): ScaledMcpError {
  return new ScaledMcpError('AnswerNotSerialisable', cause instanceof Error ? cause.message : undefined, { cause })
}
