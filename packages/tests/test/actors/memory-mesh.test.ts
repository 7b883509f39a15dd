import { afterAll, beforeAll, describe } from 'vitest'
import type { ActorsUnderTest } from './conformance/actors-under-test.ts'
import { clusterClaims } from './conformance/cluster-claims.ts'
import { jsonClaims } from './conformance/json.ts'
import { plainClaims } from './conformance/plain-claims.ts'
import { MemoryCluster } from './memory-cluster.ts'

describe('actors on another worker, over a mesh in memory', () => {
  let cluster: MemoryCluster
  beforeAll(async () => {
    cluster = await MemoryCluster.start()
    await cluster.start()
  })
  afterAll(() => cluster.stop())
  const under: ActorsUnderTest = { actors: (asker) => cluster.actors(asker) }
  plainClaims(under)
  describe('messages between processes', () => jsonClaims(under))
})

describe('actors of several workers, over a mesh in memory', () => clusterClaims(MemoryCluster.start))
