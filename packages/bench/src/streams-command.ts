import { writeFile } from 'node:fs/promises'
import { conditionLines, conditionsNow } from './conditions.ts'
import { streamsAllowed } from './streams/open-files.ts'
import { runStreams, type StreamsOptions } from './streams.ts'
import { beatsTable, changesTable, heldTable, unreadLine } from './streams-report.ts'

export interface StreamsCommandOptions extends StreamsOptions {
  /** A file for every measurement. */
  readonly json?: string
}

/** Measures, prints, and writes what it was asked to write. */
export async function streamsCommand({ json, ...wanted }: StreamsCommandOptions): Promise<void> {
  const conditions = conditionsNow()
  const streams = streamsAllowed(wanted.streams)
  const options = { ...wanted, streams }
  const limit = streams < wanted.streams ? `, as a process may not open files for ${wanted.streams}` : ''
  const how = `- streams: ${streams}${limit}, of one gateway, one worker and one nats-server`
  process.stdout.write(`${conditionLines(conditions)}\n${how}\n`)
  const result = await runStreams(options, (step) => process.stderr.write(`${step}\n`))
  const tables = [heldTable(result), changesTable(result), beatsTable(result), unreadLine(result)]
  process.stdout.write(`\n${tables.join('\n\n')}\n`)
  if (json !== undefined) await writeFile(json, `${JSON.stringify({ conditions, ...options, ...result }, null, 2)}\n`)
}
