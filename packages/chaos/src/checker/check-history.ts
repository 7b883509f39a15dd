import { groupedBy } from '../grouped-by.ts'
import type { Heard, HistoryEvent } from '../history.ts'
import { checkEndings } from './check-endings.ts'
import { checkEvents } from './check-events.ts'
import { checkLedgers } from './check-ledgers.ts'
import { checkLists } from './check-lists.ts'
import { checkWatches } from './check-watches.ts'
import { type DoneDeed, deedsOf } from './deeds.ts'
import { strikesOf } from './strikes.ts'
import type { Violation } from './violation.ts'

/** Every promise that a finished run did not keep. */
export function checkHistory(history: readonly HistoryEvent[]): readonly Violation[] {
  const deeds = deedsOf(history)
  const strikes = strikesOf(history)
  const ofSessions = groupedBy(
    deeds.filter(({ session, actor }) => session !== undefined && actor === undefined),
    ({ session }) => session as string
  )
  const heard = groupedBy(history.filter(isHeard), ({ session }) => session)
  const ofSession = ([session, own]: [string, DoneDeed[]]) => [
    ...checkLists(session, own),
    ...checkEvents(session, own, heard.get(session) ?? [])
  ]
  const deaf = history.flatMap((event) => (event.type === 'deaf' ? [event] : []))
  return [
    ...checkEndings(deeds, strikes),
    ...checkLedgers(deeds),
    ...checkWatches(deeds, strikes),
    ...[...ofSessions].flatMap(ofSession),
    ...deaf.map(
      ({ session, reason }): Violation => ({ rule: 'unexpected', session, text: `standalone stream: ${reason}` })
    )
  ]
}

function isHeard(event: HistoryEvent): event is Heard & { readonly at: number } {
  return event.type === 'heard'
}
