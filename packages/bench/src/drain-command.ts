import { writeFile } from 'node:fs/promises'
import { conditionLines, conditionsNow } from './conditions.ts'
import { type DrainOptions, runDrain } from './drain.ts'
import { callsTable, endLine, isUnseen } from './drain-report.ts'

export interface DrainCommandOptions extends DrainOptions {
  /** A file for every measurement. */
  readonly json?: string
}

/** Measures, prints, writes what it was asked to write, and fails when a client saw anything. */
export async function drainCommand({ json, ...options }: DrainCommandOptions): Promise<void> {
  const conditions = conditionsNow()
  const how = `- drain: a worker with ${options.sessions} sessions; one more worker, 2 gateways and nats-server on one machine`
  process.stdout.write(`${conditionLines(conditions)}\n${how}\n`)
  const result = await runDrain(options, (step) => process.stderr.write(`${step}\n`))
  process.stdout.write(`\n${endLine(result)}\n\n${callsTable(result)}\n`)
  if (json !== undefined) await writeFile(json, `${JSON.stringify({ conditions, ...options, ...result }, null, 2)}\n`)
  if (!isUnseen(result)) process.exitCode = 1
}
