import { type ErrorCode, errorRules, ruleOf, ScaledMcpError } from './errors.ts'
import { type Headers, header } from './headers.ts'

/**
 * What became of a question that was not simply answered. All but `error`, `moved` and `interrupted` say that it did not
 * run.
 *
 * `not-owner`: ask the worker in `Mcp-Owner`, or read the directory · `busy`: the owner may not act right now ·
 * `full`: the owner takes no more · `draining`: the owner hands its actors over · `expired`: the deadline had passed ·
 * `ended`: the actor is over for good · `moved`: whoever had taken it lets go of it, and the next owner decides ·
 * `interrupted`: it may have run and will not be run again · `error`: it failed
 * with the code in `Mcp-Error`.
 */
export type ReplyStatus =
  | 'ok'
  | 'not-owner'
  | 'busy'
  | 'full'
  | 'draining'
  | 'expired'
  | 'ended'
  | 'moved'
  | 'interrupted'
  | 'error'

/** The status an answer carries; no header means `ok`. */
export function statusOf(headers: Headers | undefined): ReplyStatus {
  return (headers?.[header.status] as ReplyStatus | undefined) ?? 'ok'
}

/** The headers of an answer that says what went wrong; what is not of the registry becomes `Internal`. */
export function errorHeaders(error: unknown): Headers {
  const code = error instanceof ScaledMcpError ? error.code : 'Internal'
  return {
    [header.status]: 'error',
    [header.error]: code,
    [header.serviceError]: oneLine(error instanceof Error ? error.message : String(error)),
    [header.serviceErrorCode]: String(ruleOf(code).http ?? 500)
  }
}

/** The error that {@link errorHeaders} wrote down. */
export function errorOf(headers: Headers): ScaledMcpError {
  const named = headers[header.error]
  const code = named !== undefined && named in errorRules ? (named as ErrorCode) : 'Internal'
  const message = headers[header.serviceError] ?? named ?? ''
  const known = `${ruleOf(code).message}: `
  return new ScaledMcpError(code, message.startsWith(known) ? message.slice(known.length) : undefined)
}

/** A header value may not hold line breaks. */
function oneLine(text: string): string {
  return text.replace(/[\r\n]+/g, ' ').slice(0, 500)
}
