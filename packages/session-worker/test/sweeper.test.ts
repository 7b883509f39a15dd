import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js'
import {
  addressKey,
  directoryCodec,
  header,
  memberCodec,
  mintSessionId,
  Subjects,
  sessionAddress,
  statusOf
} from '@scaled-mcp/contracts'
import { MemoryBroker, type Mesh } from '@scaled-mcp/mesh'
import { defineServer } from '@scaled-mcp/server'
import pino from 'pino'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { SessionWorker, type SessionWorkerInit } from '../src/index.ts'

const subjects = new Subjects()
const json = (value: object) => new TextEncoder().encode(JSON.stringify({ jsonrpc: '2.0', ...value }))
const params = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'test', version: '1' } }
const limits = {
  maxSessions: 100,
  inFlight: 64,
  decideMs: 1_000,
  graceMs: 1_000,
  leaseMs: 60_000,
  hostName: 'h',
  build: '0'
}
const initialized = json({ method: 'notifications/initialized' })
const never = { everyMs: 3_600_000, idleMs: 3_600_000, keptMs: 3_600_000 }

let broker: MemoryBroker
let client: Mesh
const workers: SessionWorker[] = []

beforeEach(() => {
  broker = new MemoryBroker()
  client = broker.connect({ process: 'g-0000-000001', subjects })
})
afterEach(async () => {
  for (const worker of workers.splice(0)) await worker.stop()
})

const definition = defineServer({
  create() {
    const server = new McpServer({ name: 'log', version: '1.0.0' }, { capabilities: { logging: {} } })
    server.server.oninitialized = () => void server.sendLoggingMessage({ level: 'info', data: 'kept for who listens' })
    return server
  }
})

async function start(id: string, init: Partial<SessionWorkerInit>): Promise<SessionWorker> {
  const mesh = broker.connect({ process: id, subjects })
  const components = { mesh, subjects, definition, logger: pino({ level: 'silent' }) }
  const worker = await SessionWorker.start(components, { ...limits, sweep: never, ...init })
  workers.push(worker)
  return worker
}

class Session {
  readonly address = sessionAddress(mintSessionId())
  readonly key = addressKey(this.address)

  static async open(worker: SessionWorker): Promise<Session> {
    const session = new Session()
    await session.ask(worker, json({ id: 0, method: 'initialize', params }), { [header.verb]: 'create' })
    return session
  }

  async ask(worker: SessionWorker, body: Uint8Array, headers = {}): Promise<string> {
    const answer = await client.wire.ask(subjects.ask(worker.id, this.address), { body, headers })
    return statusOf(answer.headers)
  }

  /** What the directory says of it, and what is kept of it besides. */
  async stored(): Promise<{ why: string | undefined; state: boolean; events: boolean }> {
    const { directory, state } = client.records
    const entry = await directory.get(this.key)
    return {
      why: entry && directoryCodec.decode(entry.value).why,
      state: (await state.get(this.key)) !== undefined,
      events: (await client.events.last(this.key)) > 0
    }
  }
}

describe('a session that was opened', () => {
  it('and whose client never says that it is initialized is ended after its time', async () => {
    const worker = await start('w-0000-000001', { initializeMs: 30 })
    const silent = await Session.open(worker)
    await expect.poll(() => silent.stored()).toEqual({ why: 'ended', state: false, events: false })
    expect(await silent.ask(worker, json({ id: 1, method: 'ping' }))).toBe('ended')
    expect(worker.load).toBe(0)
  })

  it('and whose client says so in time stays, also beside one that does not', async () => {
    const worker = await start('w-0000-000001', { initializeMs: 30 })
    const loud = await Session.open(worker)
    await loud.ask(worker, initialized)
    const silent = await Session.open(worker)
    await expect.poll(() => silent.stored()).toMatchObject({ why: 'ended' })
    expect(await loud.ask(worker, json({ id: 1, method: 'ping' }))).toBe('ok')
  })
})

describe('the sweeper', () => {
  it('ends what nobody has owned for longer than the limit, with its record and events, and leaves what is in use', async () => {
    const worker = await start('w-0000-000001', { passivateMs: 20, sweep: { ...never, everyMs: 40, idleMs: 1_500 } })
    const idle = await Session.open(worker)
    await idle.ask(worker, initialized)
    await expect.poll(() => idle.stored()).toMatchObject({ events: true })
    const other = await start('w-0000-000002', {})
    const used = await Session.open(other)
    const swept = { why: 'ended', state: false, events: false }
    await expect.poll(() => idle.stored(), { timeout: 10_000 }).toEqual(swept)
    expect(await used.stored()).toMatchObject({ why: 'new', state: true })
    expect(await idle.ask(worker, json({ id: 2, method: 'ping' }), { [header.epoch]: '0' })).toBe('ended')
  })

  it('removes what is left of an ended session after its time, and what a dead member has left', async () => {
    const leaver = await start('w-0000-000000', {})
    const ended = await Session.open(leaver)
    await ended.ask(leaver, new Uint8Array(), { [header.verb]: 'end' })
    await leaver.stop()
    const keys = async () => [...(await client.records.members.keys())]
    expect(await keys()).toContain(leaver.id)
    await start('w-0000-000001', { sweep: { ...never, everyMs: 20, keptMs: 10 } })
    await expect.poll(() => ended.stored()).toEqual({ why: undefined, state: false, events: false })
    await expect.poll(keys).not.toContain(leaver.id)
  })

  it('gives up for a dead owner what nobody came back for, so that its time begins and the record of the dead can go', async () => {
    const dead = await start('w-0000-000000', {})
    const orphan = await Session.open(dead)
    await orphan.ask(dead, initialized)
    const { members } = client.records
    const record = await members.get(dead.id)
    if (!record) throw new TypeError('no record')
    const state = { ...memberCodec.decode(record.value), state: 'dead', by: 'test' } as const
    await members.put(dead.id, memberCodec.encode(state), record.revision)
    const next = await start('w-0000-000001', { sweep: { ...never, everyMs: 20 } })
    await expect.poll(() => orphan.stored()).toMatchObject({ why: 'released', state: true })
    expect(await orphan.ask(next, json({ id: 1, method: 'ping' }), { [header.epoch]: '0' })).toBe('ok')
  })

  it('is the worker with the lowest id, and another one when that has left', async () => {
    const first = await start('w-0000-000001', {})
    const second = await start('w-0000-000002', { passivateMs: 20, sweep: { ...never, everyMs: 20, idleMs: 20 } })
    const idle = await Session.open(second)
    await idle.ask(second, initialized)
    await expect.poll(() => idle.stored()).toMatchObject({ why: 'released' })
    const later = await Session.open(second) // it would have been swept by the time that this one has left memory
    await expect.poll(() => later.stored()).toMatchObject({ why: 'released' })
    expect(await idle.stored()).toMatchObject({ why: 'released' })
    await first.drain()
    await first.stop()
    await expect.poll(() => idle.stored()).toMatchObject({ why: 'ended' })
  })
})
