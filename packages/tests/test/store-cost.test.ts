/** What the store is asked for, counted on NATS itself: the promise that the hot path has no store in it. */
import { connectV1, startNatsServer, type TestNatsServer, until } from '@scaled-mcp/testkit'
import type { NatsConnection } from 'nats'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { natsClient, type RunningCommand, runCommand } from './local-cluster.ts'

const prefix = 'cost'
const HEARTBEATS = `$KV.${prefix.toUpperCase()}_MEMBERS.`

let nats: TestNatsServer
let connection: NatsConnection
let cluster: RunningCommand
/** Subjects of everything that the store was asked for since the last look. */
let asked: string[]
/** The last heartbeat of each member. */
let beats: Map<string, number>

beforeAll(async () => {
  nats = await startNatsServer()
  connection = await natsClient(nats.url)
  asked = []
  beats = new Map()
  connection.subscribe('$KV.>', { callback: (_error, { subject }) => void asked.push(subject) })
  connection.subscribe('$JS.API.>', { callback: (_error, { subject }) => void asked.push(subject) })
  connection.subscribe(`${prefix}.member.*`, {
    callback: (_error, message) => {
      const { id, beat } = message.json<{ readonly id: string; readonly beat: number }>()
      beats.set(id, beat)
    }
  })
  process.env['SCALED_MCP_NATS_PREFIX'] = prefix
  const size = ['--gateways', '2', '--workers', '2', '--port', '0', '--nats', nats.url]
  cluster = await runCommand(['up', 'examples/counter', ...size], 2)
})
afterAll(async () => {
  delete process.env['SCALED_MCP_NATS_PREFIX']
  await cluster.stop()
  await connection.close()
  await nats.stop()
})

it('calls of a session that every gateway knows ask the store for nothing', async () => {
  const { client, close } = await connectV1(cluster.urls)
  const look = () => client.callTool({ name: 'value', arguments: {} })
  for (let gateway = 0; gateway < 4; gateway++) await look()
  await connection.flush()
  asked.length = 0
  for (let call = 0; call < 200; call++) await look()
  await connection.flush()
  expect(asked.filter((subject) => !subject.startsWith(HEARTBEATS))).toEqual([])
  await close()
})

it('idle sessions cost no heartbeat: the store is asked once a member and beat, however many there are', async () => {
  const sessions = await Promise.all(Array.from({ length: 60 }, () => connectV1(cluster.urls)))
  await connection.flush()
  const before = new Map(beats)
  asked.length = 0
  await until(() => [...beats].every(([id, beat]) => beat >= (before.get(id) ?? 0) + 5))
  await connection.flush()
  const risen = [...beats].reduce((sum, [id, beat]) => sum + beat - (before.get(id) ?? 0), 0)
  expect(beats.size).toBe(4)
  expect(asked.every((subject) => subject.startsWith(HEARTBEATS))).toBe(true)
  // Of each member one heartbeat may be on its way to be stored at either end of the count.
  expect(Math.abs(asked.length - risen)).toBeLessThanOrEqual(beats.size)
  await Promise.all(sessions.map(({ close }) => close()))
})
