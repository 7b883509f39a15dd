import { afterAll, beforeAll, describe } from 'vitest'
import type { ActorsUnderTest } from './conformance/actors-under-test.ts'
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
})
