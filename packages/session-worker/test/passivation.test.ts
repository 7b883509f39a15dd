import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js'
import { header, mintSessionId, Subjects, sessionAddress, statusOf } from '@scaled-mcp/contracts'
import { type Frame, MemoryBroker, type Mesh } from '@scaled-mcp/mesh'
import { defineServer } from '@scaled-mcp/server'
import pino from 'pino'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import {
  type Heap,
  type HeapUse,
  SessionWorker,
  type SessionWorkerComponents,
  type SessionWorkerInit
} from '../src/index.ts'

const subjects = new Subjects()
const json = (value: object) => new TextEncoder().encode(JSON.stringify({ jsonrpc: '2.0', ...value }))
const params = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'test', version: '1' } }
const call = (name: string, id: number) => json({ id, method: 'tools/call', params: { name, arguments: {} } })
const limits = { maxSessions: 100, inFlight: 64, decideMs: 1_000, graceMs: 1_000, leaseMs: 60_000 }

let broker: MemoryBroker
let gateway: Mesh
let finish: (() => void) | undefined
let passivated: number
const workers: SessionWorker[] = []

beforeEach(() => {
  broker = new MemoryBroker()
  gateway = broker.connect({ process: 'g-0000-000001', subjects })
  passivated = 0
  finish = undefined
})
afterEach(async () => {
  finish?.()
  for (const worker of workers.splice(0)) await worker.stop()
})

const definition = defineServer({
  state: { version: 1, initial: () => ({ count: 0 }) },
  create({ session }) {
    const server = new McpServer({ name: 'counter', version: '1.0.0' })
    session.onPassivate(() => {
      passivated++
    })
    const text = (value: unknown) => ({ content: [{ type: 'text' as const, text: String(value) }] })
    server.registerTool('increment', {}, async () =>
      text((await session.state.update(({ count }) => ({ count: count + 1 }))).count)
    )
    server.registerTool('wait', {}, async () => {
      await new Promise<void>((resolve) => {
        finish = resolve
      })
      return text('waited')
    })
    return server
  }
})

async function start(
  id: string,
  init: Partial<SessionWorkerInit>,
  { mesh = broker.connect({ process: id, subjects }), ...components }: Partial<SessionWorkerComponents> = {}
): Promise<SessionWorker> {
  const worker = await SessionWorker.start(
    { mesh, subjects, definition, logger: pino({ level: 'silent' }), ...components },
    { ...limits, hostName: 'h', build: '0', ...init }
  )
  workers.push(worker)
  return worker
}

async function open(
  worker: SessionWorker
): Promise<(body: Uint8Array, at?: SessionWorker, headers?: object) => Promise<string>> {
  const address = sessionAddress(mintSessionId())
  const ask = async (body: Uint8Array, at = worker, headers = {}) => {
    const answer = await gateway.wire.ask(subjects.ask(at.id, address), { body, headers: { ...headers } })
    return statusOf(answer.headers) === 'ok' ? new TextDecoder().decode(answer.body) : statusOf(answer.headers)
  }
  await ask(json({ id: 0, method: 'initialize', params }), worker, { [header.verb]: 'create' })
  return Object.assign(ask, { address })
}

describe('an idle session', () => {
  it('leaves memory after its time, is told so, and goes on with its state on any worker', async () => {
    const worker = await start('w-0000-000001', { passivateMs: 50 })
    const ask = await open(worker)
    expect(await ask(call('increment', 1))).toContain('"1"')
    await expect.poll(() => worker.load).toBe(0)
    expect([passivated, await ask(call('increment', 2))]).toEqual([1, 'not-owner'])
    const other = await start('w-0000-000002', {})
    expect(await ask(call('increment', 2), other, { [header.epoch]: '0' })).toContain('"2"')
  })

  it('stays while a call is in flight, however long that takes', async () => {
    const worker = await start('w-0000-000001', { passivateMs: 20 })
    const ask = await open(worker)
    const waiting = ask(call('wait', 1), worker, { [header.epoch]: '0' }) // it may have left already
    const neighbour = await open(worker)
    await expect.poll(() => worker.load).toBe(1)
    expect(await neighbour(call('increment', 1))).toBe('not-owner')
    finish?.()
    expect(await waiting).toContain('waited')
    await expect.poll(() => worker.load).toBe(0)
  })

  it('stays while somebody comes back to it, however long its log takes to tell what for', async () => {
    const former = await start('w-0000-000001', { passivateMs: 20 })
    const ask = await open(former)
    await expect.poll(() => former.load).toBe(0)
    const mesh = broker.connect({ process: 'w-0000-000002', subjects })
    let tell = () => {}
    const told = new Promise<void>((resolve) => {
      tell = resolve
    })
    const newest = mesh.events.newest.bind(mesh.events)
    const asked = vi.spyOn(mesh.events, 'newest').mockImplementation((key) => told.then(() => newest(key)))
    const worker = await start('w-0000-000002', { passivateMs: 20 }, { mesh })
    const again = { [header.epoch]: '0', [header.messageId]: 'mcp.reply.g-0000-000001.1-1', [header.attempt]: '2' }
    const answer = ask(call('increment', 1), worker, again)
    await expect.poll(() => asked.mock.calls.length).toBe(1)
    const neighbour = await open(worker)
    await expect.poll(() => worker.load).toBe(1)
    expect(await neighbour(call('increment', 1))).toBe('not-owner')
    tell()
    expect(await answer).toBe('interrupted')
  })

  it('stays while somebody listens to it, and leaves when they do', async () => {
    const worker = await start('w-0000-000001', { passivateMs: 20 })
    const listened = (await open(worker)) as unknown as { readonly address: ReturnType<typeof sessionAddress> }
    const frames: Frame[] = []
    const exchange = gateway.wire.askStream(
      subjects.ask(worker.id, listened.address),
      { body: new Uint8Array(), headers: { [header.verb]: 'listen' } },
      { frame: (frame) => frames.push(frame), failed: () => undefined }
    )
    await expect.poll(() => frames.length).toBeGreaterThan(0)
    await open(worker)
    await expect.poll(() => worker.load).toBe(1)
    exchange.cancel()
    await expect.poll(() => worker.load).toBe(0)
  })
})

it('of more sessions than may stay in memory the longest idle leave', async () => {
  const worker = await start('w-0000-000001', { passivateMs: 5_000, maxInMemory: 2 })
  const asks = [await open(worker), await open(worker), await open(worker)] as const
  await asks[0](call('increment', 1))
  await expect.poll(() => worker.load, { timeout: 3_000 }).toBe(2)
  expect(await asks[0](call('increment', 2))).toContain('"2"')
  expect(await asks[1](call('increment', 1))).toBe('not-owner')
})

/** A heap whose collections the test makes. */
class ScriptedHeap implements Heap {
  isWatched = false
  #collected: (left: HeapUse) => void = () => undefined

  onMajorCollection(collected: (left: HeapUse) => void): () => void {
    this.isWatched = true
    this.#collected = collected
    return () => {
      this.isWatched = false
      this.#collected = () => undefined
    }
  }

  collect(percent: number): void {
    this.#collected({ usedBytes: percent, limitBytes: 100 })
  }
}

describe('of sessions in a heap that is nearly full', () => {
  let heap: ScriptedHeap
  let lines: readonly { readonly level: number; readonly msg: string; readonly sessions?: number }[]

  beforeEach(() => {
    heap = new ScriptedHeap()
    lines = []
  })

  function crowded(): Promise<SessionWorker> {
    const write = (line: string) => {
      lines = [...lines, JSON.parse(line)]
    }
    const init = { passivateMs: 60_000, maxHeapPercent: 75 }
    return start('w-0000-000001', init, { heap, logger: pino({ level: 'info' }, { write }) })
  }

  async function openMany(worker: SessionWorker, count: number) {
    const asks = []
    for (let i = 0; i < count; i++) asks.push(await open(worker))
    return asks
  }

  it('the longest unused leave, a tenth for each collection that still leaves too much, and go on on any worker', async () => {
    const worker = await crowded()
    const asks = await openMany(worker, 20)
    expect(await asks[0]?.(call('increment', 1))).toContain('"1"')
    heap.collect(76)
    heap.collect(76) // while the first are leaving
    await expect.poll(() => worker.load).toBe(18)
    expect(await asks[1]?.(call('increment', 1))).toBe('not-owner')
    expect(await asks[2]?.(call('increment', 1))).toBe('not-owner')
    heap.collect(75)
    expect(await asks[0]?.(call('increment', 2))).toContain('"2"')
    expect(worker.load).toBe(18)
    heap.collect(76)
    await expect.poll(() => worker.load).toBe(16)
    const other = await start('w-0000-000002', {})
    expect(await asks[1]?.(call('increment', 2), other, { [header.epoch]: '0' })).toContain('"1"')
  })

  it('one with a call in flight stays; that none can leave is said once, and again when it was otherwise meanwhile', async () => {
    const worker = await crowded()
    const ask = await open(worker)
    const waiting = ask(call('wait', 1))
    await expect.poll(() => finish).toBeDefined()
    const stuck = 'the heap is nearly full, and no session can leave it'
    const told = () => lines.filter(({ level }) => level >= 40).map(({ msg }) => msg)
    heap.collect(90)
    await expect.poll(told).toEqual([stuck])
    for (const percent of [91, 74, 92]) {
      heap.collect(percent) // not over at 74, which is hardly better
      await new Promise(setImmediate)
    }
    expect(told()).toEqual([stuck])
    heap.collect(50)
    heap.collect(90)
    await expect.poll(told).toEqual([stuck, stuck])
    expect(worker.load).toBe(1)
    finish?.()
    expect(await waiting).toContain('waited')
  })

  it('what was done is said when the first have left, and in all when there is room again', async () => {
    const worker = await crowded()
    const asks = await openMany(worker, 3)
    heap.collect(80)
    await expect.poll(() => worker.load).toBe(2)
    expect(await asks[0]?.(call('increment', 1))).toBe('not-owner')
    heap.collect(78)
    await expect.poll(() => worker.load).toBe(1)
    expect(await asks[1]?.(call('increment', 1))).toBe('not-owner')
    heap.collect(50)
    heap.collect(40)
    expect(lines).toMatchObject([
      { level: 40, msg: 'the heap is nearly full: unused sessions leave it', sessions: 1, usedBytes: 80 },
      { level: 30, msg: 'the heap has room again', sessions: 2, usedBytes: 50 }
    ])
  })

  it('none leaves when that is switched off, and nothing is looked at any more after the worker', async () => {
    await start('w-0000-000002', { maxHeapPercent: 100 }, { heap })
    expect(heap.isWatched).toBe(false)
    const worker = await crowded()
    expect(heap.isWatched).toBe(true)
    await worker.stop()
    expect(heap.isWatched).toBe(false)
  })
})
