import { expect, it } from 'vitest'
import { Cluster } from '../src/cluster/cluster.ts'
import { Client } from '../src/workload/client.ts'
import { History } from '../src/workload/history.ts'
import { Random } from '../src/world/random.ts'
import { World } from '../src/world/world.ts'

const WORKERS = 3
const GATEWAYS = 2
const HEARTBEAT_MS = 300

/** What `sessions` sessions that only read ask of the store in `ms` milliseconds, once every gateway knows them. */
async function costOf(sessions: number, ms: number) {
  const [world, random, history] = [new World(), new Random(1), new History()]
  const violated = (rule: string): never => expect.unreachable(rule)
  const limits = { leaseMs: HEARTBEAT_MS * 6, holdMs: 10_000, requestMaxMs: 30_000 }
  const size = { workers: WORKERS, gateways: GATEWAYS, drift: 0 }
  const cluster = new Cluster({ world, random, mutation: {}, violated }, { ...size, ...limits })
  const gateways = () => cluster.gateways.filter(({ isReady }) => isReady)
  const endedTwice = (): never => expect.unreachable('a request ended twice')
  const reader = { lanes: 1, thinkMs: 100, reads: 1, slow: 0, endings: 0 }
  cluster.start()
  await world.run(1_000)
  for (let i = 0; i < sessions; i++) {
    new Client({ world, random, history, gateways, endedTwice }, { name: `c${i}`, ...reader }).start()
  }
  await world.run(5_000)
  const before = { requests: cluster.network.requests, reads: history.operations.length }
  await world.run(5_000 + ms)
  return { requests: cluster.network.requests - before.requests, reads: history.operations.length - before.reads }
}

it('reads of known sessions ask the store for nothing, and heartbeats cost the same however many sessions there are', async () => {
  const [few, many] = [await costOf(2, 30_000), await costOf(40, 30_000)]
  expect(many.reads).toBeGreaterThan(10 * few.reads)
  const heartbeats = ((WORKERS + GATEWAYS) * 30_000) / HEARTBEAT_MS
  for (const { requests } of [few, many]) {
    expect(requests).toBeLessThanOrEqual(heartbeats)
    expect(requests).toBeGreaterThan(0.9 * heartbeats)
  }
})
