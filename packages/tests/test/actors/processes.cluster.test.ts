import { afterAll, beforeAll, describe } from 'vitest'
import type { ActorsUnderTest } from './conformance/actors-under-test.ts'
import { clusterClaims } from './conformance/cluster-claims.ts'
import { jsonClaims } from './conformance/json.ts'
import { plainClaims } from './conformance/plain-claims.ts'
import { ProcessCluster } from './process-cluster.ts'

describe('actors in another process, over NATS', () => {
  let cluster: ProcessCluster
  beforeAll(async () => {
    cluster = await ProcessCluster.start()
    await cluster.start()
  })
  afterAll(() => cluster.stop())
  const under: ActorsUnderTest = { actors: (asker) => cluster.actors(asker) }
  plainClaims(under)
  describe('messages between processes', () => jsonClaims(under))
})

describe('actors of several processes, over NATS', () => clusterClaims(ProcessCluster.start))
