/** The official suites against a whole cluster. Other modes, which take longer: packages/conformance/README.md. */

import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { root } from '@scaled-mcp/testkit'
import { afterAll, beforeAll, expect, type TestContext, test } from 'vitest'

interface SetFigures {
  readonly set: string
  readonly passed: number
  readonly scenarios: readonly { readonly failures: readonly unknown[]; readonly warnings: readonly unknown[] }[]
}

const run = promisify(execFile)
const command = 'packages/conformance/dist/main.js'
/** What `fetch` ends with when npm cannot get the suites. */
const EX_UNAVAILABLE = 69
/** A scenario that finds a tool missing fails no check: it makes fewer. */
const LEAST_PASSED = { '0.1.16': 46, '2025-11-25': 83, '2025-06-18': 57, '2025-03-26': 3 }
let folder: string
/** Why the suites cannot be had; undefined when they can. */
let missing: string | undefined

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'scaled-mcp-conformance-test-'))
  missing = await whyMissing()
}, 300_000)
afterAll(() => rm(folder, { recursive: true }))

async function whyMissing(): Promise<string | undefined> {
  try {
    await run(process.execPath, [command, 'fetch'], { cwd: root })
    return undefined
  } catch (error) {
    const { code, stderr } = error as { readonly code: unknown; readonly stderr: string }
    if (code === EX_UNAVAILABLE) return stderr
    throw error
  }
}

/** Runs all four sets. A failed check shows in the figures, with its reason, and not only in the exit code. */
async function figuresOf(server: string, mode: string): Promise<readonly SetFigures[]> {
  const file = join(folder, `${server}-${mode}.json`)
  const args = [command, '--server', server, '--mode', mode, '--json', file]
  const ended = await run(process.execPath, args, { cwd: root }).catch((error: unknown) => error)
  const json = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw new Error(`conformance wrote no figures: ${String(ended)}`, { cause })
  })
  return (JSON.parse(json) as { readonly sets: readonly SetFigures[] }).sets
}

function skipWhenMissing({ skip }: TestContext): void {
  if (missing === undefined) return
  process.stderr.write(`\nSKIPPED, NOTHING SAYS THAT WE CONFORM: the official suites cannot be had. ${missing}\n`)
  skip('the official suites cannot be had')
}

async function expectConformance(server: string, mode: string): Promise<void> {
  const sets = await figuresOf(server, mode)
  expect(sets.map(({ set }) => set)).toEqual(Object.keys(LEAST_PASSED))
  expect(
    sets.flatMap(({ scenarios }) => scenarios).flatMap(({ failures, warnings }) => [...failures, ...warnings])
  ).toEqual([])
  for (const { set, passed } of sets)
    expect(passed).toBeGreaterThanOrEqual(LEAST_PASSED[set as keyof typeof LEAST_PASSED])
}

test('a cluster of SDK v1 servers passes every check of the official suites', async (context) => {
  skipWhenMissing(context)
  await expectConformance('v1', 'plain')
}, 120_000)

test('a cluster of SDK v2 servers passes every check of the official suites', async (context) => {
  skipWhenMissing(context)
  await expectConformance('v2', 'plain')
}, 120_000)

test('a session that is built again for every request passes every check of the official suites', async (context) => {
  skipWhenMissing(context)
  await expectConformance('v2', 'rebuild')
}, 120_000)
