import type { HistoryEvent, Struck } from '../history.ts'

/** A fault from its beginning until the cluster was whole again. */
export interface Strike extends Struck {
  readonly from: number
  readonly until: number
}

/** The faults of a history. */
export function strikesOf(history: readonly HistoryEvent[]): readonly Strike[] {
  const healed = new Map(history.flatMap((event) => (event.type === 'healed' ? [[event.strike, event.at]] : [])))
  return history.flatMap((event) => {
    if (event.type !== 'strike') return []
    return [{ ...event, from: event.at, until: healed.get(event.strike) ?? Number.POSITIVE_INFINITY }]
  })
}

/** The faults that something from `began` to `ended` met. */
export function strikesDuring(strikes: readonly Strike[], began: number, ended: number): readonly Strike[] {
  return strikes.filter(({ from, until }) => began <= until && ended >= from)
}
