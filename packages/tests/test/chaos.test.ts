import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { root, whyNoContainers } from '@scaled-mcp/testkit'
import { expect, it } from 'vitest'

const run = promisify(execFile)
const missing = await whyNoContainers()
if (missing !== undefined) process.stderr.write(`SKIPPED: chaos among containers was not run: ${missing}\n`)

/** What the command says of a run; all of it is printed. */
async function chaos(seconds: number, ...options: readonly string[]): Promise<string> {
  const args = ['packages/chaos/dist/main.js', '--seconds', String(seconds), ...options]
  const command = run(process.execPath, args, { cwd: root, maxBuffer: 64 * 1024 * 1024 })
  const { stdout, stderr } = await command.catch((error: { readonly stdout: string; readonly stderr: string }) => error)
  process.stdout.write(`${stdout}\n`)
  return `${stderr}\n${stdout}`
}

const nothingWrong = /^0 violations, 0 streams with something left behind$/m

it('while processes are killed, paused, cut off and drained nothing is lost, runs twice or is left behind', async () => {
  expect(await chaos(60)).toMatch(nothingWrong) // each fault once
}, 300_000)

it.skipIf(missing !== undefined)(
  'while containers are killed, paused and stopped nothing is lost, runs twice or is left behind',
  async () => {
    expect(await chaos(15, '--compose')).toMatch(nothingWrong)
  },
  600_000
)
