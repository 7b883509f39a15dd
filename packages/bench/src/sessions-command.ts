import { writeFile } from 'node:fs/promises'
import { conditionLines, conditionsNow } from './conditions.ts'
import { rateOf } from './load/load-result.ts'
import { type OpenSample, runSessions, type SessionsOptions } from './sessions.ts'
import { memoryTable, openingTable } from './sessions-report.ts'

export interface SessionsCommandOptions extends SessionsOptions {
  /** A file for every measurement. */
  readonly json?: string
}

/** Measures, prints, and writes what it was asked to write. */
export async function sessionsCommand({ json, ...options }: SessionsCommandOptions): Promise<void> {
  const { rounds, count, inFlight } = options
  const conditions = conditionsNow()
  const how = `- rounds: ${rounds} of ${count} sessions on each side, ${inFlight} at a time`
  process.stdout.write(`${conditionLines(conditions)}\n${how}\n`)
  const result = await runSessions(options, showProgress)
  process.stdout.write(`\n${openingTable(result)}\n\n${memoryTable(result)}\n`)
  if (json !== undefined) await writeFile(json, `${JSON.stringify({ conditions, ...options, ...result }, null, 2)}\n`)
}

function showProgress(sample: OpenSample): void {
  process.stderr.write(`round ${sample.round + 1}, ${sample.side}: ${rateOf(sample).toFixed(0)} sessions/s\n`)
}
