/** `createScaledMcp` over NATS: gateway and worker in the process of whoever calls it. */
import { connectV1, startNatsServer, type TestNatsServer, until } from '@scaled-mcp/testkit'
import type { KV } from 'nats'
import { createScaledMcp } from 'scaled-mcp'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { natsClient } from './local-cluster.ts'
import server from './servers/faults.ts'

let nats: TestNatsServer
beforeAll(async () => {
  nats = await startNatsServer()
})
afterAll(() => nats.stop())

/** What an observer writes that has not heard of the worker for long enough. */
async function declareDead(members: KV, id: string): Promise<true> {
  const entry = await members.get(id)
  await members.update(id, JSON.stringify({ ...entry?.json<object>(), state: 'dead' }), entry?.revision as number)
  return true
}

it('a worker that was declared dead joins again in the same process, and its sessions go on with their state', async () => {
  const cluster = { enabled: true, seeds: [nats.url] }
  const settings = { http: { port: 0 }, log: { level: 'silent' }, shutdown: { leaveMs: 0 } } as const
  const running = await createScaledMcp({ server, ...settings, actor: { cluster } })
  const was = running.worker as string
  const { client, close } = await connectV1([running.url as string])
  await client.callTool({ name: 'increment', arguments: {} })

  const connection = await natsClient(nats.url)
  const members = await connection.jetstream().views.kv('MCP_MEMBERS')
  await until(() => declareDead(members, was), { describe: 'no heartbeat came in between' })
  await until(() => (running.worker ?? was) !== was)

  const counted = await client.callTool({ name: 'increment', arguments: {} })
  expect(counted.content).toEqual([{ type: 'text', text: '2' }])
  expect((await members.get(was))?.json()).toMatchObject({ state: 'dead' })
  await close()
  await running.stop()
  await connection.close()
})
