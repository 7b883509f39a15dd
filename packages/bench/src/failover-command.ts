import { writeFile } from 'node:fs/promises'
import { conditionLines, conditionsNow } from './conditions.ts'
import { type FailoverOptions, type FaultSample, runFailover, runMassFailover } from './failover.ts'
import { failoverRows, failoverTable, massRow } from './failover-report.ts'

export interface FailoverCommandOptions extends FailoverOptions {
  /** How many sessions a worker has that is killed under all of them. */
  readonly mass: number
  /** A file for every measurement. */
  readonly json?: string
}

/** Measures, prints, and writes what it was asked to write. */
export async function failoverCommand({ json, ...options }: FailoverCommandOptions): Promise<void> {
  const conditions = conditionsNow()
  const cluster = `- cluster: 3 workers, 2 gateways and nats-server on one machine; ${options.sessions} sessions with state`
  process.stdout.write(`${conditionLines(conditions)}\n${cluster}\n\n`)
  const samples = await runFailover(options, showProgress)
  const mass = await runMassFailover(options.mass)
  const rows = [...failoverRows(samples), massRow(mass)]
  process.stdout.write(`${failoverTable(rows)}\n`)
  if (json !== undefined) {
    await writeFile(json, `${JSON.stringify({ conditions, ...options, rows, samples, mass }, null, 2)}\n`)
  }
}

function showProgress({ fault, round, recoveries }: FaultSample): void {
  const slowest = Math.max(...recoveries.map(({ ms }) => ms ?? Number.POSITIVE_INFINITY))
  process.stderr.write(`${fault} ${round + 1}: ${recoveries.length} sessions, slowest ${slowest.toFixed(0)} ms\n`)
}
