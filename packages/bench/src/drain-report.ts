import { markdownTable, quantile } from '@scaled-mcp/testkit'
import type { DrainResult } from './drain.ts'
import type { Outcome } from './failover/counting-session.ts'
import type { Call } from './failover/steady-load.ts'

/** Whether the worker ended in good order and no client saw anything of it. */
export function isUnseen({ exit, calls, afterwards, moved }: DrainResult): boolean {
  const outcomes = [...calls.map(({ outcome }) => outcome), ...afterwards]
  return exit.code === 0 && moved === afterwards.length && outcomes.every((outcome) => outcome === 'counted')
}

/** How the worker ended. */
export function endLine({ toldAt, endedAt, exit, moved, afterwards }: DrainResult): string {
  const seconds = ((endedAt - toldAt) / 1_000).toFixed(1)
  const how = exit.signal ?? `exit code ${exit.code}`
  return `ended after ${seconds} s with ${how}; ${moved} of ${afterwards.length} sessions have moved`
}

/** What the calls before, while and after the worker drained came to, and one more of every session. */
export function callsTable({ calls, afterwards, toldAt, endedAt }: DrainResult): string {
  const before = calls.filter(({ ended }) => ended < toldAt)
  const after = calls.filter(({ begun }) => begun > endedAt)
  const meanwhile = calls.filter(({ begun, ended }) => ended >= toldAt && begun <= endedAt)
  return markdownTable(
    ['calls', 'count', 'p50 ms', 'p99 ms', 'max ms', 'outcomes'],
    [
      rowOf('before the signal', before),
      rowOf('until the process has ended', meanwhile),
      rowOf('after that', after),
      ['one more of every session', String(afterwards.length), '', '', '', outcomesText(afterwards)]
    ]
  )
}

function rowOf(about: string, calls: readonly Call[]): string[] {
  const sorted = Float64Array.from(calls, ({ begun, ended }) => ended - begun).sort()
  const times = [0.5, 0.99, 1].map((share) => quantile(sorted, share).toFixed(1))
  return [about, String(calls.length), ...times, outcomesText(calls.map(({ outcome }) => outcome))]
}

function outcomesText(outcomes: readonly Outcome[]): string {
  const count = (outcome: Outcome) => outcomes.filter((each) => each === outcome).length
  return [...new Set(outcomes)].map((outcome) => `${count(outcome)} ${outcome}`).join(', ')
}
