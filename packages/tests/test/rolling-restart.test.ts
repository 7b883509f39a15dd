/** A deploy as operators do it: each process is replaced in turn, under load, behind a balancer. */
import { join } from 'node:path'
import { ProcessCluster, root, startNatsServer, type TestNatsServer } from '@scaled-mcp/testkit'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { Balancer } from './balancer.ts'
import { CountingClient, whileCounting } from './counting-client.ts'

let nats: TestNatsServer
let cluster: ProcessCluster
let balancer: Balancer
const clients: CountingClient[] = []
/** Time for the balancer to notice. */
const LEAVE_MS = 500

beforeAll(async () => {
  nats = await startNatsServer()
  const server = join(root, 'examples/counter')
  cluster = await ProcessCluster.start({ nats: nats.url, server, gateways: 2, workers: 3, leaveMs: LEAVE_MS })
  balancer = new Balancer(cluster.urls)
  for (let i = 0; i < 8; i++) clients.push(await CountingClient.open(cluster.urls[0], balancer.fetch))
}, 60_000)
afterAll(async () => {
  await Promise.all(clients.map((client) => client.close()))
  balancer?.stop()
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

it('every gateway is replaced under load, and no call fails', async () => {
  await whileCounting(clients, async () => {
    for (const gateway of cluster.gateways) {
      const before = gateway.pid
      expect(await gateway.stop()).toMatchObject({ code: 0 })
      await gateway.restart()
      expect(gateway.pid).not.toBe(before)
    }
  })
  await Promise.all(clients.map((client) => client.increment()))
}, 120_000)
