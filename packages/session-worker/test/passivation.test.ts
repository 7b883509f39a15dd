import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js'
import { header, mintSessionId, Subjects, sessionAddress, statusOf } from '@scaled-mcp/contracts'
import { type Frame, MemoryBroker, type Mesh } from '@scaled-mcp/mesh'
import { defineServer } from '@scaled-mcp/server'
import pino from 'pino'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { SessionWorker, type SessionWorkerInit } from '../src/index.ts'

const subjects = new Subjects()
const json = (value: object) => new TextEncoder().encode(JSON.stringify({ jsonrpc: '2.0', ...value }))
const params = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'test', version: '1' } }
const call = (name: string, id: number) => json({ id, method: 'tools/call', params: { name, arguments: {} } })
const limits = { maxSessions: 100, inFlight: 64, decideMs: 1_000, graceMs: 1_000, leaseMs: 60_000 }

let broker: MemoryBroker
let gateway: Mesh
let finish: () => void
let passivated: number
const workers: SessionWorker[] = []

beforeEach(() => {
  broker = new MemoryBroker()
  gateway = broker.connect({ process: 'g-0000-000001', subjects })
  passivated = 0
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
  mesh = broker.connect({ process: id, subjects })
): Promise<SessionWorker> {
  const components = { mesh, subjects, definition, logger: pino({ level: 'silent' }) }
  const worker = await SessionWorker.start(components, { ...limits, hostName: 'h', build: '0', ...init })
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
    const waiting = ask(call('wait', 1))
    const neighbour = await open(worker)
    await expect.poll(() => worker.load).toBe(1)
    expect(await neighbour(call('increment', 1))).toBe('not-owner')
    finish()
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
    const worker = await start('w-0000-000002', { passivateMs: 20 }, mesh)
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
