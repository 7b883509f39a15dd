import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { root } from '@scaled-mcp/testkit'
import { expect, it } from 'vitest'

const run = promisify(execFile)
/** Long enough for one fault of each kind. `CHAOS_SECONDS` makes it longer. */
const seconds = process.env['CHAOS_SECONDS'] ?? '60'

it(
  'while processes are killed, paused, cut off and drained no session and nothing acknowledged is lost, nothing runs twice, and nothing is left behind',
  async () => {
    const options = { cwd: root, maxBuffer: 64 * 1024 * 1024 }
    const command = run(process.execPath, ['packages/chaos/dist/main.js', '--seconds', seconds], options)
    const { stdout } = await command.catch((failed: { readonly stdout: string; readonly stderr: string }) => failed)
    process.stdout.write(stdout)
    expect(stdout).toMatch(/^0 violations, 0 streams with something left behind$/m)
  },
  Number(seconds) * 1_000 + 240_000
)
