import { type ErrorCode, hasCode, type JsonRpcResponse } from '@scaled-mcp/contracts'
import type { Operation, Outcome } from './operation.ts'

/** What a client makes of an answer, or of none. */
export interface Answered extends Pick<Operation, 'code' | 'place' | 'list'> {
  readonly outcome: Outcome
}

/** Codes that promise a client that nothing happened; all others leave it open. */
const NOTHING_HAPPENED: readonly ErrorCode[] = [
  'NotDelivered',
  'NoResponders',
  'NoWorker',
  'OwnerUnreachable',
  'SessionBusy',
  'SessionNotFound',
  'Stopping'
]

export function answered(answer: JsonRpcResponse): Answered {
  if ('error' in answer) return { outcome: 'unknown', code: (answer.error.data as { readonly reason: string }).reason }
  const { place, list } = answer.result as Partial<Operation>
  return { outcome: 'ok', ...(place && { place }), ...(list && { list }) }
}

export function failed(error: Error): Answered {
  return { outcome: hasCode(error, ...NOTHING_HAPPENED) ? 'fail' : 'unknown', code: codeOf(error) }
}

export function codeOf(error: Error): string {
  return (error as { readonly code?: string }).code ?? error.name
}
