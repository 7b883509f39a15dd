/** A deploy as operators do it: each worker is replaced in turn, under load. Gateways are replaced in compose.test.ts. */
import { join } from 'node:path'
import { ProcessCluster, root, startNatsServer, type TestNatsServer } from '@scaled-mcp/testkit'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { CountingClient, whileCounting } from './counting-client.ts'

let nats: TestNatsServer
let cluster: ProcessCluster
const clients: CountingClient[] = []

beforeAll(async () => {
  nats = await startNatsServer()
  const server = join(root, 'examples/counter')
  cluster = await ProcessCluster.start({ nats: nats.url, server, gateways: 2, workers: 3 })
  for (let i = 0; i < 8; i++) clients.push(await CountingClient.open(cluster.urls[i % 2] as string))
}, 60_000)
afterAll(async () => {
  await Promise.all(clients.map((client) => client.close()))
  await cluster?.stop()
  await nats.stop()
}, 60_000)

it('every worker is replaced under load: no call fails, and no session and no count is lost', async () => {
  const old = [...cluster.workers]
  await whileCounting(clients, async () => {
    for (const worker of old) {
      await cluster.keepWorkers(old.length + 1)
      expect(await worker.stop()).toMatchObject({ code: 0 })
    }
  })
  expect(cluster.workers.filter((worker) => old.includes(worker))).toEqual([])
  await Promise.all(clients.map((client) => client.increment()))
  expect(clients.every(({ count }) => count > old.length)).toBe(true)
}, 120_000)
