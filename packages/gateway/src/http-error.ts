import { type JsonRpcId, reasonOf, ruleOf, ScaledMcpError } from '@scaled-mcp/contracts'
import type { FastifyReply } from 'fastify'

/** What an HTTP error answer says: a JSON-RPC error, with the request's id whenever it could be read. */
export interface HttpError {
  readonly status: number
  readonly body: string
}

const ALLOWED_METHODS = 'GET, POST, DELETE'
/** Seconds after which a client may try again what failed for want of a worker or a connection. */
const RETRY_AFTER_SECONDS = '1'

/** Any error as an HTTP answer; what is not of the registry becomes `Internal`, without its text. */
export function httpError(error: unknown, id: JsonRpcId | null): HttpError {
  const known = error instanceof ScaledMcpError ? error : new ScaledMcpError('Internal')
  const rule = ruleOf(known.code)
  return {
    status: rule.http ?? 500,
    body: errorBody(id, { code: rule.jsonRpc ?? -32603, message: known.message, data: reasonOf(known.code) })
  }
}

/** The text of a JSON-RPC error. */
export function errorBody(id: JsonRpcId | null, error: object): string {
  return JSON.stringify({ jsonrpc: '2.0', error, id })
}

/** Answers with an error. */
export function sendError(reply: FastifyReply, { status, body }: HttpError): FastifyReply {
  if (status === 405) reply.header('allow', ALLOWED_METHODS)
  if (status === 429 || status === 503) reply.header('retry-after', RETRY_AFTER_SECONDS)
  return reply.code(status).header('content-type', 'application/json').send(body)
}
