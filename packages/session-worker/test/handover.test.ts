import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js'
import {
  addressKey,
  directoryCodec,
  type Headers,
  header,
  mintSessionId,
  Subjects,
  sessionAddress,
  statusOf
} from '@scaled-mcp/contracts'
import { MemoryBroker, type Mesh } from '@scaled-mcp/mesh'
import { defineServer, type ServerDefinition } from '@scaled-mcp/server'
import pino from 'pino'
import { expect, it, vi } from 'vitest'
import { SessionWorker } from '../src/index.ts'

const subjects = new Subjects()
const empty = defineServer({ create: () => new McpServer({ name: 'empty', version: '1.0.0' }) })
const json = (value: object) => new TextEncoder().encode(JSON.stringify(value))
const initialize = {
  jsonrpc: '2.0',
  id: 0,
  method: 'initialize',
  params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'test', version: '1' } }
}

function start(mesh: Mesh, definition: ServerDefinition): Promise<SessionWorker> {
  const limits = { maxSessions: 10, inFlight: 64, decideMs: 1_000, graceMs: 1_000, leaseMs: 60_000 }
  const components = { mesh, subjects, definition, logger: pino({ level: 'silent' }) }
  return SessionWorker.start(components, { ...limits, hostName: 'h', build: '0' })
}

it('a message that meets a session on its way out is told to ask again, never that something broke (I2)', async () => {
  const broker = new MemoryBroker()
  const mesh = broker.connect({ process: 'w-0000-000001', subjects })
  const asker = broker.connect({ process: 'g-0000-000001', subjects })
  let leave = () => {}
  const leaving = new Promise<void>((resolve) => {
    leave = resolve
  })
  let hasBegunToLeave = false
  const definition = defineServer({
    create({ session }) {
      session?.onPassivate(() => {
        hasBegunToLeave = true
        return leaving
      })
      return new McpServer({ name: 'slow to leave', version: '1.0.0' })
    }
  })
  const worker = await start(mesh, definition)
  const subject = subjects.ask(worker.id, sessionAddress(mintSessionId()))
  await asker.wire.ask(subject, { body: json(initialize), headers: { [header.verb]: 'create' } })

  const drained = worker.drain()
  await expect.poll(() => hasBegunToLeave).toBe(true)
  const answer = await asker.wire.ask(subject, { body: json({ jsonrpc: '2.0', id: 1, method: 'ping' }) })
  expect(statusOf(answer.headers)).toBe('draining')
  leave()
  await drained
  await worker.stop()
})

it('the end of a session that was given up meanwhile is not confirmed here: whoever has it now ends it (I1)', async () => {
  const broker = new MemoryBroker()
  const asker = broker.connect({ process: 'g-0000-000001', subjects })
  const former = await start(broker.connect({ process: 'w-0000-000001', subjects }), empty)
  const next = await start(broker.connect({ process: 'w-0000-000002', subjects }), empty)
  const address = sessionAddress(mintSessionId())
  const ask = (worker: SessionWorker, body: Uint8Array, headers: Headers = {}) =>
    asker.wire.ask(subjects.ask(worker.id, address), { body, headers })
  const end = (worker: SessionWorker, headers: Headers = {}) =>
    ask(worker, new Uint8Array(), { [header.verb]: 'end', ...headers })
  await ask(former, json(initialize), { [header.verb]: 'create' })
  const { directory } = asker.records
  const entry = await directory.get(addressKey(address))
  const released = directoryCodec.encode({ ...directoryCodec.decode(entry?.value as Uint8Array), why: 'released' })
  await directory.put(addressKey(address), released, entry?.revision as number)

  expect(statusOf((await end(former)).headers)).toBe('not-owner')
  expect(former.load).toBe(0)
  expect(statusOf((await end(next, { [header.epoch]: '0' })).headers)).toBe('ok')
  const ping = json({ jsonrpc: '2.0', id: 1, method: 'ping' })
  expect(statusOf((await ask(former, ping, { [header.epoch]: '0' })).headers)).toBe('ended')
  await former.stop()
  await next.stop()
})

it('a session that could not be given up is given up for its next message, and another worker opens it (I5)', async () => {
  const broker = new MemoryBroker()
  const asker = broker.connect({ process: 'g-0000-000001', subjects })
  const mesh = broker.connect({ process: 'w-0000-000001', subjects })
  const worker = await start(mesh, empty)
  const address = sessionAddress(mintSessionId())
  const ask = (body: object, headers: Headers = {}) =>
    asker.wire.ask(subjects.ask(worker.id, address), { body: json(body), headers })
  const entry = async () =>
    directoryCodec.decode((await asker.records.directory.get(addressKey(address)))?.value as Uint8Array)
  await ask(initialize, { [header.verb]: 'create' })

  const away = vi.spyOn(mesh.records.directory, 'put').mockResolvedValue({ outcome: 'unknown' })
  await worker.handOver()
  expect(await entry()).toMatchObject({ why: 'new', owner: worker.id })
  away.mockRestore()
  const ping = { jsonrpc: '2.0', id: 1, method: 'ping' }
  expect(statusOf((await ask(ping)).headers)).toBe('draining')
  expect(await entry()).toMatchObject({ why: 'released' })
  expect(statusOf((await ask(ping, { [header.epoch]: '0' })).headers)).toBe('draining')
  await worker.stop()
})
