import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { root } from '@scaled-mcp/testkit'
import { afterAll, test as anywhere, beforeAll, expect } from 'vitest'

// They read /proc.
const test = anywhere.runIf(process.platform === 'linux')
const run = promisify(execFile)
let folder: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'scaled-mcp-bench-'))
})
afterAll(() => rm(folder, { recursive: true }))

/** Runs a benchmark as short as it can be and gives what it wrote down. */
async function bench<T>(...args: readonly string[]): Promise<T> {
  const file = join(folder, `${args[0]}.json`)
  await run(process.execPath, ['packages/bench/dist/main.js', ...args, '--json', file], { cwd: root })
  return JSON.parse(await readFile(file, 'utf8')) as T
}

interface Row {
  readonly side: string
  readonly callsPerSecond: { readonly median: number }
}

interface Profile {
  readonly role: string
  readonly causes: readonly (readonly [string, number])[]
}

test('bench hop gets right answers from every side and figures of each, and profiles of gateway and worker', async () => {
  const shortest = ['--rounds', '1', '--seconds', '0.2']
  const { rows } = await bench<{ readonly rows: readonly Row[] }>('hop', ...shortest)
  expect(new Set(rows.map(({ side }) => side)).size).toBe(7)
  expect(rows.filter(({ callsPerSecond }) => !(callsPerSecond.median > 0))).toEqual([])
  const only = ['--sides', 'cluster', '--profile', folder]
  const { profiles } = await bench<{ readonly profiles: readonly Profile[] }>('hop', ...shortest, ...only)
  expect(profiles.map(({ role }) => role).sort()).toEqual(['gateway', 'worker'])
  expect(profiles.filter(({ causes }) => causes.length === 0)).toEqual([])
}, 120_000)

interface Sessions {
  readonly opened: readonly { readonly side: string; readonly count: number }[]
  readonly held: readonly { readonly role: string }[]
  readonly serverHeap: number
}

test('bench sessions opens what it says on every side, and sees the memory of each process', async () => {
  const { opened, held, serverHeap } = await bench<Sessions>('sessions', '--rounds', '1', '--count', '64')
  expect(opened.map(({ side, count }) => [side, count])).toEqual([
    ['sdk-v1', 64],
    ['sdk-v1-shared', 64],
    ['cluster', 64]
  ])
  expect(held.map(({ role }) => role)).toEqual(['server', 'server', 'nats-server', 'worker', 'gateway'])
  expect(serverHeap).toBeGreaterThan(0)
}, 120_000)

interface Idle {
  readonly after: readonly { readonly role: string }[]
  readonly wakes: readonly number[]
  readonly storedBefore: number
  readonly storedAfter: number
}

test('bench idle lets every session leave memory, and those that it wakes go on with their state', async () => {
  const { after, wakes, storedBefore, storedAfter } = await bench<Idle>('idle', '--count', '200', '--wake', '20')
  expect(after.map(({ role }) => role)).toEqual(['nats-server', 'worker', 'gateway'])
  expect(wakes).toHaveLength(20)
  expect(storedAfter).toBeGreaterThan(storedBefore)
}, 120_000)

interface Streams {
  readonly heldByStream: readonly { readonly role: string }[]
  readonly changes: readonly { readonly last: number }[]
  readonly beats: readonly { readonly other: string; readonly count: number }[]
  readonly unread: { readonly sent: number; readonly beforeCut: number; readonly afterReturn: number }
}

test('bench streams tells every stream of a change, and cuts the one that nobody reads, which loses nothing', async () => {
  const { heldByStream, changes, beats, unread } = await bench<Streams>(
    'streams',
    ...['--streams', '64', '--rounds', '1', '--seconds', '1']
  )
  expect(heldByStream.map(({ role }) => role)).toEqual(['nats-server', 'worker', 'gateway'])
  expect(changes).toHaveLength(1)
  expect(beats.map(({ other, count }) => [other, count])).toEqual([
    ['none', 100],
    ['reads', 100],
    ['never-reads', 100]
  ])
  expect(unread.beforeCut).toBeLessThan(unread.sent)
  expect(unread.beforeCut + unread.afterReturn).toBe(unread.sent)
}, 120_000)

interface Ask {
  readonly samples: readonly { readonly side: string; readonly asks: number }[]
}

test('bench ask has actors asked in one process, across workers and with a durable update', async () => {
  const { samples } = await bench<Ask>('ask', '--rounds', '1', '--seconds', '0.2')
  expect(samples).toHaveLength(4)
  expect(samples.filter(({ asks }) => !(asks > 0))).toEqual([])
}, 120_000)

interface Drain {
  readonly exit: { readonly code: number }
  readonly calls: readonly { readonly outcome: string }[]
  readonly afterwards: readonly string[]
  readonly moved: number
}

test('bench drain sees every session leave a worker that is told to stop, and no call fail', async () => {
  const { exit, calls, afterwards, moved } = await bench<Drain>('drain', '--sessions', '64')
  expect([exit.code, moved, afterwards.length]).toEqual([0, 64, 64])
  expect(new Set([...calls.map(({ outcome }) => outcome), ...afterwards])).toEqual(new Set(['counted']))
}, 120_000)
