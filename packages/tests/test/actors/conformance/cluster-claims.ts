import { afterEach, describe } from 'vitest'
import type { ClusterUnderTest, StartCluster } from './actors-under-test.ts'
import { buildsClaims } from './builds.ts'
import { durableStateClaims } from './durable-state.ts'
import { ownershipClaims } from './ownership.ts'

/** What is claimed of clusters only: that actors move, that their workers die, and what of them is stored. */
export function clusterClaims(startCluster: StartCluster): void {
  const started: ClusterUnderTest[] = []
  const start: StartCluster = async (options) => {
    const cluster = await startCluster(options)
    started.push(cluster)
    return cluster
  }
  afterEach(async () => {
    for (const cluster of started.splice(0)) await cluster.stop()
  })
  describe('ownership', () => ownershipClaims(start))
  describe('durable state', () => durableStateClaims(start))
  describe('builds side by side', () => buildsClaims(start))
}
