import { markdownTable, quantile } from '@scaled-mcp/testkit'
import { type FaultName, faultRules } from './arena/faults.ts'
import { type DoneDeed, deedsOf } from './checker/deeds.ts'
import { type Recovered, recoveredFrom } from './checker/recoveries.ts'
import { strikesOf } from './checker/strikes.ts'
import { groupedBy } from './grouped-by.ts'
import type { HistoryEvent } from './history.ts'

const ENDINGS = ['ok', 'fail', 'interrupted'] as const

/** What each kind of fault did, as a table. */
export function faultTable(history: readonly HistoryEvent[]): string {
  const deeds = deedsOf(history)
  const byFault = groupedBy(
    strikesOf(history).map((strike) => recoveredFrom(strike, deeds)),
    ({ strike }) => strike.f
  )
  const head = [
    'fault',
    'times',
    'sessions struck',
    'p50 ms',
    'p99 ms',
    'max ms',
    'wanted',
    'interrupted',
    'once-calls in flight'
  ]
  return markdownTable(
    head,
    [...byFault].map(([fault, all]) => rowOf(fault, all))
  )
}

/** How many deeds of each kind ended in which way, as a table. */
export function deedTable(history: readonly HistoryEvent[]): string {
  const byDeed = groupedBy(deedsOf(history), ({ f }) => f)
  return markdownTable(
    ['deed', ...ENDINGS],
    [...byDeed].map(([f, deeds]) => [f, ...ENDINGS.map((type) => String(countOf(deeds, type)))])
  )
}

function rowOf(fault: FaultName, all: readonly Recovered[]): string[] {
  const times = Float64Array.from(all.flatMap(({ times }) => times)).sort()
  const at = (share: number) => (times.length === 0 ? '–' : quantile(times, share).toFixed(0))
  const sum = (of: (recovered: Recovered) => number) => String(all.reduce((total, one) => total + of(one), 0))
  const { about, withinMs } = faultRules[fault]
  return [
    about,
    String(all.length),
    sum(({ strike }) => strike.struck.length),
    at(0.5),
    at(0.99),
    at(1),
    withinMs === undefined ? '–' : `p99 under ${withinMs}`,
    sum(({ interrupted }) => interrupted),
    sum(({ onceInFlight }) => onceInFlight)
  ]
}

function countOf(deeds: readonly DoneDeed[], type: (typeof ENDINGS)[number]): number {
  return deeds.filter(({ end }) => end?.type === type).length
}
