import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { cpus, release, totalmem, type } from 'node:os'
import { findNatsServer } from '@scaled-mcp/launcher'

/** What a figure depends on beside the code that was measured. */
export interface Conditions {
  readonly date: string
  readonly commit: string
  readonly machine: string
  readonly node: string
  readonly natsServer: string
  /** What the sides are made of, by package. */
  readonly versions: Readonly<Record<string, string>>
}

const GIBIBYTE = 1024 ** 3

/** The conditions of a run that starts now. */
export function conditionsNow(): Conditions {
  const processors = cpus()
  const memory = `${(totalmem() / GIBIBYTE).toFixed(0)} GiB`
  return {
    date: new Date().toISOString().slice(0, 10),
    commit: said('git', ['describe', '--always', '--dirty']),
    machine: `${processors.length} × ${processors[0]?.model ?? 'unknown'}, ${memory}, ${type()} ${release()}`,
    node: process.version,
    natsServer: said(findNatsServer() ?? 'nats-server', ['--version']),
    versions: pinnedVersions()
  }
}

/** The conditions as the lines of a list. */
export function conditionLines({ versions, ...rest }: Conditions): string {
  const pinned = Object.entries(versions).map(([name, version]) => `${name} ${version}`)
  const lines = [...Object.entries(rest).map(([name, value]) => `${name}: ${value}`), `versions: ${pinned.join(', ')}`]
  return lines.map((line) => `- ${line}`).join('\n')
}

function said(command: string, args: readonly string[]): string {
  try {
    return execFileSync(command, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim()
  } catch {
    return 'unknown'
  }
}

function pinnedVersions(): Readonly<Record<string, string>> {
  const { dependencies } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
    readonly dependencies: Readonly<Record<string, string>>
  }
  return Object.fromEntries(Object.entries(dependencies).filter(([name]) => !name.includes('scaled-mcp')))
}
