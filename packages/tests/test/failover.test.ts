/** What becomes of sessions when processes die, hang, or are cut off. Times are measured by the benchmark, not here. */
import { existsSync, readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import {
  type ConnectedV1,
  connectV1,
  ProcessCluster,
  startNatsServer,
  type TestNatsServer,
  until,
  type WorkerProcesses
} from '@scaled-mcp/testkit'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'

const server = fileURLToPath(new URL('servers/faults.ts', import.meta.url))
let nats: TestNatsServer
let folder: string
let files = 0
const clients: ConnectedV1[] = []

beforeAll(async () => {
  nats = await startNatsServer()
  folder = await mkdtemp(join(tmpdir(), 'scaled-mcp-failover-'))
})
afterEach(async () => {
  await Promise.all(clients.splice(0).map(({ close }) => close()))
})
afterAll(async () => {
  await nats.stop()
  await rm(folder, { recursive: true })
})

type Tool = 'increment' | 'count' | 'increment-late' | 'block' | 'read' | 'put'

/** A client with a session, whose tools answer with one text. */
class Caller {
  readonly #connected: ConnectedV1

  constructor(connected: ConnectedV1) {
    this.#connected = connected
  }

  get sessionId(): string {
    return this.#connected.sessionId as string
  }

  async call(name: Tool, args: Readonly<Record<string, unknown>> = {}): Promise<string | undefined> {
    const result = await this.#connected.client.callTool({ name, arguments: args })
    return (result as { readonly content: readonly { readonly text: string }[] }).content[0]?.text
  }
}

/** As many sessions with a count of 1. */
async function callers(cluster: ProcessCluster, count: number): Promise<readonly [Caller, ...Caller[]]> {
  const opened = await Promise.all(Array.from({ length: count }, () => connectV1(cluster.urls)))
  clients.push(...opened)
  const all = opened.map((connected) => new Caller(connected))
  expect(await each(all, 'increment')).toEqual(Array(count).fill('1'))
  return all as unknown as readonly [Caller, ...Caller[]]
}

function each(all: readonly Caller[], tool: Tool): Promise<(string | undefined)[]> {
  return Promise.all(all.map((caller) => caller.call(tool)))
}

/** A file that does not exist yet. */
const newFile = () => join(folder, String(files++))
const linesOf = (path: string) => (existsSync(path) ? readFileSync(path, 'utf8').trimEnd().split('\n').length : 0)
const entriesOf = (cluster: ProcessCluster, all: readonly Caller[]) =>
  Promise.all(all.map(({ sessionId }) => cluster.entryOf(sessionId)))

/** What JSON-RPC error a call ends with; undefined when it succeeds. */
function errorOf(call: Promise<unknown>): Promise<unknown> {
  return call.then(
    () => undefined,
    (error: unknown) => error
  )
}

describe('of three workers', () => {
  let cluster: ProcessCluster
  beforeAll(async () => {
    cluster = await ProcessCluster.start({ nats: nats.url, server, gateways: 2, workers: 3 })
  })
  beforeEach(() => cluster.keepWorkers())
  afterAll(() => cluster.stop())

  it.each([
    ['alone', (worker: WorkerProcesses) => worker.kill()],
    ['together with its parent', (worker: WorkerProcesses) => worker.killBoth()]
  ])(
    'one killed %s: its sessions answer from others with their state, reads on their way included',
    async (_, kill) => {
      const all = await callers(cluster, 12)
      const before = await entriesOf(cluster, all)
      await kill(await cluster.ownerOf(all[0].sessionId))
      expect(await each(all, 'count')).toEqual(Array(12).fill('1'))
      expect(await each(all, 'increment')).toEqual(Array(12).fill('2'))
      const victim = before[0]?.owner
      const after = await entriesOf(cluster, all)
      expect(after.map(({ owner }) => owner)).not.toContain(victim)
      const kept = before.map(({ owner, epoch }) => (owner === victim ? expect.any(Number) : epoch))
      expect(after.map(({ epoch }) => epoch)).toEqual(kept)
    }
  )

  it('one killed with its parent is declared dead by another worker, one killed alone by its parent', async () => {
    const [caller] = await callers(cluster, 1)
    const { owner } = await cluster.entryOf(caller.sessionId)
    await (await cluster.ownerOf(caller.sessionId)).kill()
    expect(await cluster.memberOf(owner)).toMatchObject({ state: 'dead', by: `${owner}-parent` })
    await caller.call('count')
    const next = (await cluster.entryOf(caller.sessionId)).owner
    await (await cluster.ownerOf(caller.sessionId)).killBoth()
    await until(async () => (await cluster.memberOf(next)).state === 'dead', { timeoutMs: 20_000 })
    const living = await Promise.all(cluster.workers.map((worker) => cluster.memberOfWorker(worker)))
    expect(living.map((member) => member?.id)).toContain((await cluster.memberOf(next)).by)
  })

  it('one paused is taken over from; when it goes on it changes nothing, and joins again under a new id', async () => {
    const [caller] = await callers(cluster, 1)
    const { owner: was } = await cluster.entryOf(caller.sessionId)
    const worker = await cluster.ownerOf(caller.sessionId)
    const file = newFile()
    const late = errorOf(caller.call('increment-late', { file, ms: 500 }))
    await until(() => linesOf(file) === 1)
    worker.pause()
    expect(await late).toMatchObject({ code: -32603, data: { reason: 'session_moved' } })
    expect(await caller.call('increment')).toBe('2')
    const taken = await cluster.entryOf(caller.sessionId)
    worker.resume() // and the late increment goes on, too
    await until(async () => ((await cluster.memberOfWorker(worker))?.id ?? was) !== was, { timeoutMs: 20_000 })
    expect(await cluster.memberOfWorker(worker)).toMatchObject({ state: 'up' })
    expect(await cluster.memberOf(was)).toMatchObject({ state: 'dead', by: expect.not.stringContaining(was) })
    expect(await caller.call('increment')).toBe('3')
    expect(await cluster.entryOf(caller.sessionId)).toEqual(taken)
  })

  it('one whose tool blocks its event loop for 5 s keeps its sessions: a busy loop is no death', async () => {
    const all = await callers(cluster, 6)
    const before = await entriesOf(cluster, all)
    const blocked = all[0].call('block', { ms: 5_000 })
    const meanwhile = each(all, 'increment')
    expect(await blocked).toBe('blocked')
    expect(await meanwhile).toEqual(Array(6).fill('2'))
    expect(await each(all, 'increment')).toEqual(Array(6).fill('3'))
    expect(await entriesOf(cluster, all)).toEqual(before)
  })

  it('a call in flight at the kill that may not run twice gets exactly one error, and does not run again', async () => {
    const [caller] = await callers(cluster, 1)
    const file = newFile()
    const failed = errorOf(caller.call('increment-late', { file, ms: 60_000 }))
    await until(() => linesOf(file) === 1)
    await (await cluster.ownerOf(caller.sessionId)).kill()
    expect(await failed).toMatchObject({ code: -32603, data: { reason: 'session_moved', retryable: false } })
    expect(await caller.call('increment')).toBe('2')
    expect(linesOf(file)).toBe(1)
  })

  it.each(['read', 'put'] as const)(
    'a call in flight at the kill that may run twice (%s) runs again, and its client gets the result',
    async (tool) => {
      const [caller] = await callers(cluster, 1)
      const file = newFile()
      const result = caller.call(tool, { file })
      await until(() => linesOf(file) === 1)
      await (await cluster.ownerOf(caller.sessionId)).kill()
      expect(await result).toBe('done')
      expect(linesOf(file)).toBe(2)
    }
  )

  it('nats-server killed and back within 2 s: no session moves, and calls go on', async (context) => {
    if (nats.external) return context.skip('the server of NATS_URL cannot be killed')
    const all = await callers(cluster, 12)
    const before = await entriesOf(cluster, all)
    await nats.kill()
    const meanwhile = each(all, 'count')
    await nats.restart()
    expect(await meanwhile).toEqual(Array(12).fill('1'))
    expect(await each(all, 'increment')).toEqual(Array(12).fill('2'))
    expect(await entriesOf(cluster, all)).toEqual(before)
  })
})

it('of two workers one is killed with its parent: the other finds out alone, and has all sessions', async () => {
  const cluster = await ProcessCluster.start({ nats: nats.url, server, gateways: 1, workers: 2 })
  const all = await callers(cluster, 8)
  await (await cluster.ownerOf(all[0].sessionId)).killBoth()
  expect(await each(all, 'count')).toEqual(Array(8).fill('1'))
  expect(await each(all, 'increment')).toEqual(Array(8).fill('2'))
  const owners = new Set((await entriesOf(cluster, all)).map(({ owner }) => owner))
  const [survivor] = await Promise.all(cluster.workers.map((worker) => cluster.memberOfWorker(worker)))
  expect([...owners]).toEqual([survivor?.id])
  await cluster.stop()
})
