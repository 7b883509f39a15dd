/** A short soak: `npm run bench -- soak` is the long one, and says what each figure was. */

import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { root } from '@scaled-mcp/testkit'
import { expect, test } from 'vitest'

interface Soak {
  readonly visits: number
  readonly wrong: readonly string[]
  readonly grown: readonly object[]
}

// It reads /proc.
test.runIf(process.platform === 'linux')(
  'clients that come, do everything right and wrong, and go, get the right answers and leave nothing behind',
  async () => {
    const folder = await mkdtemp(join(tmpdir(), 'scaled-mcp-soak-'))
    const file = join(folder, 'soak.json')
    const args = ['packages/bench/dist/main.js', 'soak', '--seconds', '35', '--visitors', '8', '--json', file]
    // With what it says of what has grown, it ends with an error; the file says it, too.
    await promisify(execFile)(process.execPath, args, { cwd: root }).catch((error: Error) => error)
    const { visits, wrong, grown } = JSON.parse(await readFile(file, 'utf8')) as Soak
    await rm(folder, { recursive: true })
    expect([wrong, grown]).toEqual([[], []])
    expect(visits).toBeGreaterThan(16)
  },
  150_000
)
