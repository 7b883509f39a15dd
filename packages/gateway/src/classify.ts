/**
 * Decides once, for each POST, which era of MCP it belongs to and which lane serves it.
 *
 * The era is decided by the body: `params._meta` claims a protocol version only from 2026-07-28 on. Where that is in
 * question the official SDK's own classifier answers, so that we never disagree with it; a request that makes no such
 * claim is of the session era without asking.
 */

import type { IncomingHttpHeaders } from 'node:http'
import { classifyInboundRequest } from '@modelcontextprotocol/server'
import { type ErrorCode, isSessionRevision, recognise, rulesOf, SESSION_REVISIONS } from '@scaled-mcp/contracts'

/** Source: MCP 2026-07-28, Basic, "_meta": the key whose presence claims a revision without sessions. */
const VERSION_CLAIM = 'io.modelcontextprotocol/protocolVersion'

const MAX_BATCH = 100

/** A POST that the session lane serves. */
export interface SessionCall {
  readonly lane: 'session'
  readonly form: 'initialize' | 'request' | 'notification' | 'response'
}

/** A POST that is answered with an error and goes no further. */
interface RefusedCall {
  readonly lane: 'refused'
  readonly status: number
  readonly error: { readonly code: number; readonly message: string; readonly data?: unknown }
}

/** A POST that breaks a rule of the registry. */
interface InvalidCall {
  readonly lane: 'invalid'
  readonly error: ErrorCode
}

export type Call = SessionCall | RefusedCall | InvalidCall

interface Claims {
  readonly params?: { readonly _meta?: { readonly [VERSION_CLAIM]?: unknown } }
  readonly method?: unknown
}

export function classify(body: unknown, headers: IncomingHttpHeaders): Call {
  if (Array.isArray(body)) return classifyBatch(body, headers)
  const form = recognise(body)
  if (form === 'invalid') return { lane: 'invalid', error: 'InvalidMessage' }
  const call: SessionCall = { lane: 'session', form: isInitialize(form, body as Claims) ? 'initialize' : form }
  return mayClaimAnotherEra(body as Claims, headers) ? classifyEra(body, headers, call) : call
}

/** What the session's revision has to say of it, its worker knows; what the header names is refused here. */
function classifyBatch(items: readonly unknown[], headers: IncomingHttpHeaders): Call {
  const named = headers['mcp-protocol-version']
  if (named !== undefined && !rulesOf(String(named)).batches) return { lane: 'invalid', error: 'BatchNotAllowed' }
  if (items.length === 0 || items.length > MAX_BATCH) return { lane: 'invalid', error: 'InvalidMessage' }
  const forms = items.map(recognise)
  const isForbidden = forms.some((form, i) => form === 'invalid' || isInitialize(form, items[i] as Claims))
  if (isForbidden) return { lane: 'invalid', error: 'InvalidMessage' }
  return { lane: 'session', form: forms.includes('request') ? 'request' : 'notification' }
}

function isInitialize(form: string, { method }: Claims): boolean {
  return form === 'request' && method === 'initialize'
}

function mayClaimAnotherEra({ params }: Claims, headers: IncomingHttpHeaders): boolean {
  if (params?._meta?.[VERSION_CLAIM] !== undefined) return true
  const named = headers['mcp-protocol-version']
  return named !== undefined && !isSessionRevision(named)
}

function classifyEra(body: unknown, headers: IncomingHttpHeaders, call: SessionCall): Call {
  const era = classifyInboundRequest({
    httpMethod: 'POST',
    body,
    ...header('protocolVersionHeader', headers['mcp-protocol-version']),
    ...header('mcpMethodHeader', headers['mcp-method']),
    ...header('mcpNameHeader', headers['mcp-name'])
  })
  if (era.kind === 'legacy') return call
  return refusal((body as Claims).params?._meta?.[VERSION_CLAIM] ?? headers['mcp-protocol-version'])
}

/** Clients of 2026-07-28 read the list and open a session instead (MCP 2026-07-28, "Protocol Version Negotiation"). */
function refusal(requested: unknown): RefusedCall {
  const data = { supported: [...SESSION_REVISIONS], requested }
  return { lane: 'refused', status: 400, error: { code: -32022, message: 'Unsupported protocol version', data } }
}

function header<K extends string>(key: K, value: string | string[] | undefined): { [P in K]?: string } {
  return typeof value === 'string' ? ({ [key]: value } as { [P in K]?: string }) : {}
}
