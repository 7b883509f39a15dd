import { writeFile } from 'node:fs/promises'
import { type AskBenchOptions, runAsk } from './ask.ts'
import { askTable } from './ask-report.ts'
import { conditionLines, conditionsNow } from './conditions.ts'

export interface AskCommandOptions extends AskBenchOptions {
  /** A file for every measurement. */
  readonly json?: string
}

/** Measures, prints, writes what it was asked to write. */
export async function askCommand({ json, ...options }: AskCommandOptions): Promise<void> {
  const conditions = conditionsNow()
  const how = `- ask: ${options.rounds} rounds of ${options.seconds} s each; 2 workers and nats-server on one machine`
  process.stdout.write(`${conditionLines(conditions)}\n${how}\n`)
  const samples = await runAsk(options, ({ side, round, asks, seconds }) =>
    process.stderr.write(`round ${round}, ${side}: ${(asks / seconds).toFixed(0)} a second\n`)
  )
  process.stdout.write(`\n${askTable(samples)}\n`)
  if (json !== undefined) await writeFile(json, `${JSON.stringify({ conditions, ...options, samples }, null, 2)}\n`)
}
