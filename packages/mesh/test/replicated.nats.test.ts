import { hasCode, Subjects } from '@scaled-mcp/contracts'
import { findNatsServer, type NatsServer } from '@scaled-mcp/launcher'
import { type Bucket, connectNatsMesh, type Mesh } from '@scaled-mcp/mesh'
import { NatsCluster, until } from '@scaled-mcp/testkit'
import { connect } from 'nats'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { meshClaims } from './conformance/claims.ts'
import { bytes, fresh, type MeshUnderTest, text } from './conformance/mesh-under-test.ts'
import { natsUnderTest } from './nats-under-test.ts'

const durability = { replicas: 3, storage: 'file' } as const
/** The long form, 1,000 rounds, is for who changes the compare-and-set: `REPLICATED_ROUNDS=1000`. */
const rounds = Number(process.env['REPLICATED_ROUNDS'] ?? 200)
const RACERS = 8

/** Servers in containers cannot be made a cluster here; the other suites still run. */
describe.skipIf(findNatsServer() === undefined)('a store of three replicas', () => {
  let cluster: NatsCluster
  let meshes: Mesh[]

  beforeAll(async () => {
    cluster = await NatsCluster.start()
    meshes = await until(() => joinAll(cluster), { timeoutMs: 30_000, describe: 'the servers agree on a leader' })
  }, 60_000)
  afterAll(async () => {
    await Promise.all(meshes.map((mesh) => mesh.stop()))
    await cluster.stop()
  })

  test(`of writers that race for one revision exactly one wins, in each of ${rounds} rounds`, async () => {
    const wins: number[] = []
    for (let round = 0, revision = 0; round < rounds; round++) {
      const raced = Array.from({ length: RACERS }, (_, i) =>
        bucketOf(meshes, i).put('race', bytes(`${round}.${i}`), revision)
      )
      const won = (await Promise.all(raced)).filter((put) => put.outcome === 'won')
      wins.push(won.length)
      revision = won[0]?.revision ?? Number.NaN
    }
    expect(wins).toEqual(Array.from({ length: rounds }, () => 1))
  }, 300_000)

  test('while the leader of the stream is killed, every acknowledged write stays, each once', async () => {
    const acknowledged: string[] = []
    let isOver = false
    const writers = meshes.map(async (mesh, writer) => {
      for (let n = 0; !isOver; n++) await append(mesh.records.directory, `${writer}.${n}`, acknowledged)
    })
    for (let kill = 0; kill < 3; kill++) {
      const before = acknowledged.length
      await until(() => acknowledged.length > before + 20, { timeoutMs: 20_000, describe: 'writes go on' })
      const leader = await until(() => leaderOf(cluster), { timeoutMs: 30_000, describe: 'a leader is told' })
      await leader.kill()
      const atKill = acknowledged.length
      await until(() => acknowledged.length > atKill + 20, { timeoutMs: 30_000, describe: 'another leads' })
      await leader.restart()
    }
    isOver = true
    await Promise.all(writers)
    const lists = await Promise.all(listsOf(acknowledged).map((key) => meshes[0]?.records.directory.get(key)))
    const stored = lists.flatMap((list) => text(list?.value ?? bytes('')).split(','))
    expect(new Set(stored).size).toBe(stored.length)
    expect(acknowledged.filter((write) => !stored.includes(write))).toEqual([])
  }, 120_000)

  describe('keeps every promise of the mesh', () => {
    let mesh: MeshUnderTest
    beforeAll(async () => {
      const probes = await until(() => joinAll(cluster, 'suite'), { timeoutMs: 30_000, describe: 'all are back' })
      await Promise.all(probes.map((probe) => probe.stop()))
      mesh = await natsUnderTest(cluster.servers[0] as NatsServer, 3)
    }, 40_000)
    afterEach(() => mesh.disconnectAll())
    meshClaims(() => mesh)
  })
})

const prefix = 'r3'

async function joinAll(cluster: NatsCluster, name = prefix): Promise<Mesh[] | undefined> {
  try {
    return await Promise.all(cluster.urls.map((url) => join(url, name)))
  } catch (error) {
    if (hasCode(error, 'StoreUnavailable', 'MeshUnreachable')) return undefined
    throw error
  }
}

function join(servers: string, name: string): Promise<Mesh> {
  return connectNatsMesh({ servers, process: fresh(), subjects: new Subjects(name), durability })
}

function bucketOf(meshes: readonly Mesh[], i: number): Bucket {
  return (meshes[i % meshes.length] as Mesh).records.directory
}

/** How many acknowledged writes a list gets, about. */
const LENGTH = 500

/** The lists that so many writes are in. The last may be one that nobody has begun. */
function listsOf(acknowledged: readonly string[]): readonly string[] {
  return Array.from({ length: Math.floor(acknowledged.length / LENGTH) + 1 }, (_, i) => `list.${i}`)
}

/** Appends to the newest list that all writers share, when nobody was faster. A write of unknown outcome is not counted. */
async function append(bucket: Bucket, write: string, acknowledged: string[]): Promise<void> {
  try {
    const key = listsOf(acknowledged).at(-1) as string
    const entry = await bucket.get(key)
    const list = entry ? [...text(entry.value).split(','), write] : [write]
    const put = await bucket.put(key, bytes(list.join(',')), entry?.revision ?? 0)
    if (put.outcome === 'won') acknowledged.push(write)
  } catch (error) {
    if (!hasCode(error, 'StoreUnavailable')) throw error
  }
}

/** Throws between leaders: the metadata group, which answers for all streams, may itself be electing. */
async function leaderOf(cluster: NatsCluster): Promise<NatsServer | undefined> {
  const connection = await connect({ servers: [...cluster.urls] })
  try {
    const manager = await connection.jetstreamManager()
    const { cluster: state } = await manager.streams.info(`KV_${prefix.toUpperCase()}_DIR`)
    return cluster.named(state?.leader ?? '')
  } finally {
    await connection.close()
  }
}
