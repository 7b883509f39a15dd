/**
 * Judges what the clients of one session saw against the list that the store holds in the end.
 *
 * The list only grows, so linearizability needs no search: each value has one place, every read is a prefix, and what
 * was known before a request began is known to it.
 */
import type { Operation } from '../workload/operation.ts'
import type { Rule } from './violation.ts'

export type Violated = (rule: Rule, detail: string) => void

export interface SessionHistory {
  readonly session: string
  readonly operations: readonly Operation[]
  /** The list as it was last stored. */
  readonly list: readonly string[]
}

/** Something whose position in the list shows how much of it was known. */
interface Sight {
  readonly invoked: number
  readonly returned: number
  /** How many values were there at least. */
  readonly length: number
  readonly what: string
}

const FORGOTTEN: readonly string[] = ['EventUnknown', 'EventsGone', 'StreamFinished']

export function judgeHistory(history: SessionHistory, violated: Violated): void {
  const places = placesOf(history, violated)
  for (const operation of history.operations) {
    judgeWrite(operation, places, violated)
    judgeRead(operation, history.list, violated)
  }
  judgeOrder(history.operations, violated)
  judgeEnd(history.operations, violated)
}

/** Where each value is, from 1. */
function placesOf({ session, list }: SessionHistory, violated: Violated): ReadonlyMap<string, number> {
  const places = new Map<string, number>()
  for (const [index, value] of list.entries()) {
    if (places.has(value)) violated('applied-twice', `${value} at ${places.get(value)} and ${index + 1} of ${session}`)
    else places.set(value, index + 1)
  }
  return places
}

function judgeWrite(operation: Operation, places: ReadonlyMap<string, number>, violated: Violated): void {
  const { kind, value, outcome, place, session, code } = operation
  if (kind !== 'append' && kind !== 'put') return
  const found = places.get(value)
  if (outcome === 'ok' && found !== place) violated('lost-append', `${value}: told ${place}, is ${found} of ${session}`)
  if (outcome === 'fail' && found !== undefined) violated('failed-but-applied', `${value} of ${session}: ${code}`)
}

function judgeRead({ list: seen, session, returned }: Operation, list: readonly string[], violated: Violated): void {
  if (seen === undefined) return
  const wrong = seen.findIndex((value, index) => list[index] !== value)
  if (wrong < 0) return
  violated('not-a-prefix', `${session} at ${returned}: ${wrong + 1} is ${seen[wrong]}, in the end ${list[wrong]}`)
}

/** What returned before a request began shows no more than the request does. */
function judgeOrder(operations: readonly Operation[], violated: Violated): void {
  const sights = operations.flatMap(sightOf)
  const byReturn = [...sights].sort((a, b) => a.returned - b.returned)
  let known: Sight | undefined
  let next = 0
  for (const sight of [...sights].sort((a, b) => a.invoked - b.invoked)) {
    for (; next < byReturn.length && (byReturn[next] as Sight).returned < sight.invoked; next++) {
      const earlier = byReturn[next] as Sight
      if (!known || earlier.length > known.length) known = earlier
    }
    if (known && known.length > sight.length) violated('real-time', `${known.what}, then ${sight.what}`)
  }
}

function sightOf({ kind, outcome, place, list, invoked, returned = 0, session }: Operation): readonly Sight[] {
  const length = kind === 'read' ? list?.length : place
  if (outcome !== 'ok' || length === undefined) return []
  return [{ invoked, returned, length, what: `${kind} of ${session} at ${invoked.toFixed(1)}: ${length}` }]
}

/** Until it was asked to end, a session is found; once that was acknowledged, never again. */
function judgeEnd(operations: readonly Operation[], violated: Violated): void {
  const ends = operations.filter(({ kind }) => kind === 'end')
  const asked = Math.min(...ends.map(({ invoked }) => invoked))
  const ended = Math.min(...ends.filter(({ outcome }) => outcome === 'ok').map(({ returned = 0 }) => returned))
  for (const { code = '', returned = 0, invoked, outcome, session, kind } of operations) {
    const isForgotten = kind === 'resume' && FORGOTTEN.includes(code) // who comes back has not seen the end
    if (isForgotten && returned < asked) violated('event-forgotten', `${session} at ${returned}: ${code}`)
    if (code === 'SessionNotFound' && returned < asked) violated('session-lost', `${session} at ${returned}`)
    if (outcome === 'ok' && invoked > ended && kind !== 'end') violated('session-revived', `${session} at ${invoked}`)
  }
}
