/**
 * Judges what a client has seen of a stream that it follows against what the store has kept of it: after the first event
 * that it has seen, every one, in order, as it is stored, and nothing else.
 */
import { type EventId, parseAddressKey, parseEventId, STANDALONE } from '@scaled-mcp/contracts'
import type { SeenEvent, StreamSight } from '../workload/stream-sight.ts'
import type { LoggedEvent } from './event-referee.ts'
import type { Violated } from './history-judge.ts'

type Seen = Pick<SeenEvent, 'body' | 'at'> & EventId

export type JudgedSight = Pick<StreamSight, 'session' | 'isPrimed' | 'events'>

/** @param log everything that was ever stored on the streams of the session. */
export function judgeSight(sight: JudgedSight, log: readonly LoggedEvent[], violated: Violated): void {
  const seen = sight.events.map((event) => parsed(sight.session, event))
  const [first] = seen
  if (!first) return
  const shown = shownOf(log, { stream: first.stream, isPrimed: sight.isPrimed })
  judgeOrder(sight.session, seen, violated)
  judgeStored(sight.session, seen, { shown, violated })
  judgeWhole(sight.session, seen, { shown, violated })
}

/** What was stored for a listener until `until` and has not reached it. */
export function missedBy(sight: JudgedSight, log: readonly LoggedEvent[], until: number): readonly LoggedEvent[] {
  const last = sight.events.at(-1)
  const seen = last ? parsed(sight.session, last).sequence : 0
  const shown = shownOf(log, { stream: STANDALONE, isPrimed: sight.isPrimed })
  return shown.filter(({ at, sequence }) => at <= until && sequence > seen)
}

interface Shown {
  readonly shown: readonly LoggedEvent[]
  readonly violated: Violated
}

function judgeOrder(session: string, seen: readonly Seen[], violated: Violated): void {
  for (const [index, { stream, sequence, at }] of seen.entries()) {
    const before = seen[index - 1]
    if (before === undefined || (before.stream === stream && before.sequence < sequence)) continue
    violated('event-order', `${session} at ${at}: ${stream}.${sequence} after ${before.stream}.${before.sequence}`)
  }
}

function judgeStored(session: string, seen: readonly Seen[], { shown, violated }: Shown): void {
  const stored = new Map(shown.map(({ sequence, kind, body }) => [sequence, kind === 'open' ? '' : text(body)]))
  for (const { stream, sequence, body, at } of seen) {
    if (stored.get(sequence) === text(body)) continue
    violated('event-unstored', `${session} at ${at}: ${stream}.${sequence} is stored as ${stored.get(sequence)}`)
  }
}

function judgeWhole(session: string, seen: readonly Seen[], { shown, violated }: Shown): void {
  const [first, last] = [seen[0] as Seen, seen.at(-1) as Seen]
  const had = new Set(seen.map(({ sequence }) => sequence))
  const lost = shown.filter(
    ({ sequence }) => sequence > first.sequence && sequence < last.sequence && !had.has(sequence)
  )
  for (const { stream, sequence } of lost) violated('event-lost', `${session}: ${stream}.${sequence}`)
}

/** What of a stream its client is shown: its beginning, only where that says when to come back. */
function shownOf(log: readonly LoggedEvent[], of: { readonly stream: string; readonly isPrimed: boolean }) {
  const isShown = ({ kind, body }: LoggedEvent): boolean => (kind === 'open' ? of.isPrimed : body.length > 0)
  return log.filter((event) => event.stream === of.stream && isShown(event))
}

function parsed(session: string, { id, body, at }: SeenEvent): Seen {
  const known = parseEventId(parseAddressKey(session), id)
  if (known === undefined || known === 'foreign') throw new TypeError(`${id} is no event of ${session}`)
  return { ...known, body, at }
}

function text(body: Uint8Array): string {
  return Buffer.from(body).toString()
}
