import { markdownTable } from '@scaled-mcp/testkit'
import type { HopRow } from './hop-row.ts'
import { LOAD } from './load/load-result.ts'
import type { ProcessProfile } from './profile/profile-side.ts'
import { BASELINE, sides } from './sides/start-side.ts'
import { type Spread, spreadText } from './spread.ts'

const MEBIBYTE = 1024 * 1024
/** Causes below this share of a process's time are left out. */
const SMALLEST_SHARE = 0.01

/** The rows of one number in flight as a table: medians, ranges in brackets. */
export function hopTable(rows: readonly HopRow[]): string {
  const head = ['side', 'calls/s', 'p50 ms', 'p99 ms', 'CPU s/1,000 calls', 'of which', 'RSS MiB']
  const against = [`calls/s ÷ ${BASELINE}`, `p50 ÷ ${BASELINE}`, `CPU ÷ ${BASELINE}`]
  return markdownTable([...head, ...against], rows.map(cells))
}

/** What each process of a profiled side spends its time on. */
export function profileTable({ side, role, causes, file }: ProcessProfile): string {
  const large = causes.filter(([, share]) => share >= SMALLEST_SHARE)
  const rows = large.map(([cause, share]) => [cause, `${(100 * share).toFixed(0)} %`])
  return `${side}, ${role} (${file})\n\n${markdownTable(['cause', 'share'], rows)}`
}

function cells(row: HopRow): string[] {
  const { against } = row
  return [
    sides[row.side].about,
    spreadText(row.callsPerSecond, 0),
    spreadText(row.p50Ms, 2),
    spreadText(row.p99Ms, 2),
    spreadText(row.cpu, 3),
    byRole(row.cpuByRole, ({ median }) => median.toFixed(3)),
    byRole(row.residentBytesByRole, ({ median }) => (median / MEBIBYTE).toFixed(0)),
    against ? spreadText(against.callsPerSecond, 2) : '',
    against ? spreadText(against.p50Ms, 2) : '',
    against ? spreadText(against.cpu, 2) : ''
  ]
}

function byRole(spreads: Readonly<Record<string, Spread>>, say: (spread: Spread) => string): string {
  return Object.entries(spreads)
    .filter(([role]) => role !== LOAD)
    .map(([role, spread]) => `${role} ${say(spread)}`)
    .join(', ')
}
