import { markdownTable, quantile } from '@scaled-mcp/testkit'
import type { Outcome } from './failover/counting-session.ts'
import { type FaultName, faults } from './failover/fault.ts'
import type { Recovery } from './failover/recovery.ts'
import type { FaultSample } from './failover.ts'

/** What the sessions of all faults of one kind saw. */
export interface FailoverRow {
  readonly about: string
  readonly faults: number
  /** Sessions of a struck worker, over all faults. */
  readonly struck: number
  readonly p50Ms: number
  readonly p99Ms: number
  readonly longestMs: number
  readonly lostSessions: number
  readonly moved: number
  readonly outcomes: Readonly<Record<Outcome, number>>
}

const OUTCOMES = ['not-found', 'lost-state', 'ran-twice', 'failed', 'interrupted', 'refused'] as const
const HEAD = ['fault', 'times', 'sessions struck', 'p50 ms', 'p99 ms', 'max ms', 'sessions lost', 'moved besides']

/** One row for each kind of fault that was struck. */
export function failoverRows(samples: readonly FaultSample[]): FailoverRow[] {
  const names = Object.keys(faults) as FaultName[]
  return names
    .map((name) => samples.filter(({ fault }) => fault === name))
    .filter((own) => own.length > 0)
    .map((own) => rowOf(faults[(own[0] as FaultSample).fault].about, own))
}

/** The row of one fault that struck `recoveries`. */
export function massRow(recoveries: readonly Recovery[]): FailoverRow {
  return rowOf(`SIGKILL of a worker with ${recoveries.length} sessions, which all call at once`, [
    { recoveries, afterwards: [], moved: 0 }
  ])
}

/** The time from the fault to the first call that succeeded, and everything that went wrong. */
export function failoverTable(rows: readonly FailoverRow[]): string {
  return markdownTable([...HEAD, ...OUTCOMES], rows.map(cells))
}

type Seen = Pick<FaultSample, 'recoveries' | 'afterwards' | 'moved'>

function rowOf(about: string, samples: readonly Seen[]): FailoverRow {
  const recoveries = samples.flatMap((sample) => sample.recoveries)
  const ms = Float64Array.from(recoveries.flatMap((recovery) => recovery.ms ?? [])).sort()
  const outcomes = [...recoveries.flatMap((recovery) => recovery.outcomes), ...samples.flatMap((s) => s.afterwards)]
  const count = (outcome: Outcome) => outcomes.filter((each) => each === outcome).length
  return {
    about,
    faults: samples.length,
    struck: recoveries.length,
    p50Ms: quantile(ms, 0.5),
    p99Ms: quantile(ms, 0.99),
    longestMs: quantile(ms, 1),
    lostSessions: recoveries.length - ms.length,
    moved: samples.reduce((sum, { moved }) => sum + moved, 0),
    outcomes: Object.fromEntries(
      ['counted' as const, ...OUTCOMES].map((name) => [name, count(name)])
    ) as FailoverRow['outcomes']
  }
}

function cells(row: FailoverRow): string[] {
  const { p50Ms, p99Ms, longestMs, outcomes } = row
  const times = [p50Ms, p99Ms, longestMs].map((ms) => ms.toFixed(0))
  const counts = [row.lostSessions, row.moved, ...OUTCOMES.map((outcome) => outcomes[outcome])].map(String)
  return [row.about, String(row.faults), String(row.struck), ...times, ...counts]
}
