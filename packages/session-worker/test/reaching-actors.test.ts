import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js'
import { Actor } from '@scaled-mcp/actor'
import { Subjects } from '@scaled-mcp/contracts'
import { MemoryBroker } from '@scaled-mcp/mesh'
import { defineServer } from '@scaled-mcp/server'
import pino from 'pino'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { SessionWorker, type SessionWorkerInit } from '../src/index.ts'

class Echo extends Actor<string, string> {
  override receive(message: string): string {
    return message
  }
}

const subjects = new Subjects()
const create = () => new McpServer({ name: 's', version: '1' })
const definition = defineServer({ create, actors: { echo: Echo, other: Echo } })

let broker: MemoryBroker
let storeRequests: number
let workers: SessionWorker[]

beforeEach(() => {
  workers = []
  storeRequests = 0
  const later = (_process: string, arrive: () => void) => void setImmediate(arrive)
  const store = (_process: string, apply: () => void) => {
    storeRequests++
    apply()
  }
  broker = new MemoryBroker({ network: { up: later, down: later, store } })
})
afterEach(async () => {
  for (const worker of workers) await worker.stop()
})

async function start(id: string, init: Partial<SessionWorkerInit> = {}): Promise<SessionWorker> {
  const components = {
    mesh: broker.connect({ process: id, subjects }),
    subjects,
    definition,
    logger: pino({ level: 'silent' })
  }
  const limits = { maxSessions: 100, inFlight: 64, decideMs: 1_000, graceMs: 1_000, leaseMs: 60_000 }
  const worker = await SessionWorker.start(components, { ...limits, hostName: 'h', build: '0', ...init })
  workers.push(worker)
  return worker
}

describe('an actor of the author', () => {
  it.each(['getOrActivate', 'spawn'] as const)(
    'is reached by who began it (%s) without asking the store',
    async (way) => {
      await start('w-0000-000001')
      const asker = await start('w-0000-000002', { maxSessions: 0 })
      const actors = asker.actorsOf({ name: 'session/abc' })
      const echo = await actors[way]<string, string>('echo', '1')
      if (way === 'getOrActivate') await echo.ask('begin')
      const before = storeRequests
      expect(await actors.getOrActivate<string, string>('echo', '1').ask('hello')).toBe('hello')
      expect(storeRequests - before).toBe(0)
    }
  )

  it('of a kind that a worker does not take lives on one that does', async () => {
    const sessionsOnly = await start('w-0000-000001', { hosts: (kind) => kind === 'session' })
    const all = await start('w-0000-000002', { hosts: (kind) => kind === 'echo' })
    const actors = sessionsOnly.actorsOf({ name: 'session/abc' })
    for (const id of ['1', '2', '3', '4']) await actors.getOrActivate('echo', id).ask('hello')
    expect([sessionsOnly.load, all.load]).toEqual([0, 4])
    await expect(actors.getOrActivate('other', '1').ask('hello', { timeoutMs: 100 })).rejects.toThrow(/other\/1/)
  })
})
