import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Suite } from '../../src/suite/suite.ts'

/** What a run of a suite left: its text, and the checks of its scenario when there are any. */
export interface Replay {
  readonly stdout: string
  readonly stderr?: string
  readonly checks?: string
}

/** A program that takes the suites' arguments, and prints and writes what one of them once did. */
const PROGRAM = `
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
const { stdout, stderr = '', checks } = JSON.parse(readFileSync(new URL('replay.json', import.meta.url), 'utf8'))
const out = process.argv[process.argv.indexOf('--output-dir') + 1]
for (const [, name] of checks ? stdout.matchAll(/saved to OUT[/](.+)/g) : []) {
  mkdirSync(out + '/' + name)
  writeFileSync(out + '/' + name + '/checks.json', checks)
}
process.stdout.write(stdout.replaceAll('OUT/', out + '/'))
process.stderr.write(stderr)
`

/** Gives `use` a suite that does again what was captured. */
export async function withReplayed<T>(replay: Replay, use: (suite: Suite) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'scaled-mcp-replay-'))
  try {
    const script = join(folder, 'suite.mjs')
    await writeFile(script, PROGRAM)
    await writeFile(join(folder, 'replay.json'), JSON.stringify(replay))
    return await use(new Suite({ node: process.execPath, script }))
  } finally {
    await rm(folder, { recursive: true })
  }
}
