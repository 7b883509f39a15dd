import type { SideProcess } from '../process-cost.ts'
import type { LoadResult } from './load-result.ts'

/** Keep `inFlight` calls under way for `seconds`, each in a session of its own, and say what they cost. */
export interface CallOrder {
  readonly kind: 'call'
  readonly url: string
  readonly isFixed: boolean
  readonly inFlight: number
  readonly seconds: number
  readonly processes: readonly SideProcess[]
}

/** Open `count` new sessions, `inFlight` at a time on as many connections, and leave them open. */
export interface OpenOrder {
  readonly kind: 'open'
  readonly url: string
  readonly count: number
  readonly inFlight: number
  readonly processes: readonly SideProcess[]
}

export type LoadOrder = CallOrder | OpenOrder

/** What the generator sends back. */
export type LoadReply = { readonly result: LoadResult } | { readonly error: string }
