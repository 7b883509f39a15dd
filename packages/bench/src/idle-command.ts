import { writeFile } from 'node:fs/promises'
import { markdownTable, quantile } from '@scaled-mcp/testkit'
import { conditionLines, conditionsNow } from './conditions.ts'
import { type IdleOptions, type IdleResult, runIdle } from './idle.ts'
import type { Memory } from './session-memory.ts'

export interface IdleCommandOptions extends IdleOptions {
  /** A file for every measurement. */
  readonly json?: string
}

/** Measures, prints, and writes what it was asked to write. */
export async function idleCommand({ json, ...options }: IdleCommandOptions): Promise<void> {
  const conditions = conditionsNow()
  process.stdout.write(`${conditionLines(conditions)}\n- ${options.count} sessions on one worker\n`)
  const result = await runIdle(options, (step) => process.stderr.write(`${step}\n`))
  process.stdout.write(`\n${idleTable(result, options)}\n`)
  if (json !== undefined) await writeFile(json, `${JSON.stringify({ conditions, ...options, ...result }, null, 2)}\n`)
}

function idleTable(result: IdleResult, { count }: IdleOptions): string {
  const { before, after, storedBefore, storedAfter, wakes, rounds, openedPerSecond } = result
  const held = after.map((now, i) => [`bytes of each in ${now.role}`, heldText(now, before[i] as Memory, count)])
  const sorted = Float64Array.from(wakes).sort()
  const at = (share: number) => `${quantile(sorted, share).toFixed(1)} ms`
  const heaps = rounds.map(({ seconds, worker }) => `${seconds.toFixed(0)} s: ${mebibytes(worker.heap as number)}`)
  return markdownTable(
    ['what', 'figure'],
    [
      ['opened per second, leaving memory meanwhile', openedPerSecond.toFixed(0)],
      ...held,
      ['bytes of each that JetStream stores', ((storedAfter - storedBefore) / count).toFixed(0)],
      ['waking one: p50, p99, longest', `${at(0.5)}, ${at(0.99)}, ${at(1)}`],
      ...(heaps.length > 0 ? [['heap of the worker after each round', heaps.join('; ')]] : [])
    ]
  )
}

function heldText(now: Memory, before: Memory, count: number): string {
  const resident = `${((now.resident - before.resident) / count).toFixed(0)} RSS`
  if (now.heap === undefined) return resident
  return `${((now.heap - (before.heap as number)) / count).toFixed(0)} heap, ${resident}`
}

function mebibytes(bytes: number): string {
  return `${(bytes / 2 ** 20).toFixed(1)} MiB`
}
