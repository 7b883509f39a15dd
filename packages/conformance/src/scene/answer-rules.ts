/**
 * What no client may see, whichever worker dies when.
 *
 * W1. A session that was not ended is never unknown: no 404.
 * W2. The cluster's troubles have words that a client can act on: 503 with Retry-After, or 504 with a JSON-RPC body.
 * W3. Every request ends, and its answer is whole.
 */
import { recognise } from '@scaled-mcp/contracts'
import type { Exchange } from './exchange.ts'

/** W3: clients of the official SDKs give up then. */
const END_MS = 60_000

/** How many answers there were of each status, and of each kind of wrong ones. */
export interface AnswerFigures {
  readonly statuses: { readonly [status: string]: number }
  readonly wrong: { readonly [what: string]: number }
}

/** @param exchanges in the order of their ends. */
export function answerFigures(exchanges: readonly Exchange[]): AnswerFigures {
  const ended = new Set<string>()
  const wrong: string[] = []
  for (const exchange of exchanges) {
    wrong.push(...wrongsOf(exchange, ended))
    if (endsSession(exchange)) ended.add(exchange.sessionId as string)
  }
  return { statuses: tally(exchanges.map(({ status }) => String(status ?? 'none'))), wrong: tally(wrong) }
}

function wrongsOf(exchange: Exchange, ended: ReadonlySet<string>): readonly string[] {
  const { method, status, sessionId, end } = exchange
  const isLost = status === 404 && !(sessionId !== undefined && ended.has(sessionId)) // W1
  return [
    ...(isLost || isMute(exchange) ? [`${method} answered ${status}`] : []),
    ...(end === 'cut' ? [`${method} answered ${status ?? 'nothing'} and cut short`] : []), // W3
    ...(isEndless(exchange) ? [`${method} without an end within ${END_MS / 1000} s`] : []) // W3
  ]
}

/** W2 */
function isMute({ status = 0, retryAfter, body }: Exchange): boolean {
  if (status === 503) return retryAfter === undefined
  if (status === 504) return !isResponse(body)
  return status >= 500
}

function isResponse(body: string): boolean {
  try {
    return recognise(JSON.parse(body)) === 'response'
  } catch {
    return false // Not JSON.
  }
}

/** A GET may stay open for as long as its client likes; that it was answered is its end. */
function isEndless({ method, answeredMs, endedMs }: Exchange): boolean {
  return (method === 'GET' ? (answeredMs ?? endedMs) : endedMs) > END_MS
}

/** Also when its answer got lost. */
function endsSession({ method, sessionId, status }: Exchange): boolean {
  return method === 'DELETE' && sessionId !== undefined && (status === undefined || status < 300)
}

function tally(names: readonly string[]): { readonly [name: string]: number } {
  const counts: Record<string, number> = {}
  for (const name of names) counts[name] = (counts[name] ?? 0) + 1
  return counts
}
