import { writeFile } from 'node:fs/promises'
import { markdownTable } from '@scaled-mcp/testkit'
import { conditionLines, conditionsNow } from './conditions.ts'
import { type Change, changesOf } from './soak/holdings.ts'
import { runSoak, type SoakOptions } from './soak.ts'

export interface SoakCommandOptions extends SoakOptions {
  /** A file for every measurement. */
  readonly json?: string
}

/** What a figure may grow by. */
const TOLERANCE = 0.1
/** Above it a figure is of bytes. */
const BYTES = 1_000_000
const MEBIBYTE = 1024 * 1024

/** Soaks, prints, writes what it was asked to write, and fails when something grew or was answered wrongly. */
export async function soakCommand({ json, ...options }: SoakCommandOptions): Promise<void> {
  const conditions = conditionsNow()
  const how = `- soak: ${options.seconds} s, ${options.visitors} visitors at a time and ${options.residents} residents; 2 gateways, 2 workers`
  process.stdout.write(`${conditionLines(conditions)}\n${how}\n`)
  const result = await runSoak(options, (step) => process.stderr.write(`${step}\n`))
  const changes = changesOf(result.before, result.after)
  const grown = changes.filter(({ before, after }) => after > before * (1 + TOLERANCE))
  const { visits, deeds, wrong } = result
  process.stdout.write(`\n${table(changes)}\n\n${visits} visits, ${deeds} deeds\n`)
  for (const each of wrong) process.stdout.write(`\nwrong: ${each}\n`)
  for (const { what } of grown) process.stdout.write(`\ngrown: ${what}\n`)
  const record = { conditions, ...options, ...result, changes, grown }
  if (json !== undefined) await writeFile(json, `${JSON.stringify(record, null, 2)}\n`)
  if (grown.length > 0 || wrong.length > 0) process.exitCode = 1
}

function table(changes: readonly Change[]): string {
  const rows = changes.map(({ what, before, after }) => [
    what,
    figure(before),
    figure(after),
    before === 0 ? '' : `${(100 * (after / before - 1)).toFixed(1)} %`
  ])
  return markdownTable(['at rest', 'after a fifth', 'at the end', 'grown'], rows)
}

function figure(value: number): string {
  return value > BYTES ? `${(value / MEBIBYTE).toFixed(2)} MiB` : String(value)
}
