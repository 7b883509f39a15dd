import { ScaledMcpError } from '@scaled-mcp/contracts'
import type { Bucket } from './record-store.ts'

const WRITERS = 8
const value = new TextEncoder().encode('compare-and-set probe')

/**
 * Proves on the real bucket that of writers which expect the same revision exactly one wins; there are released servers
 * on which that is not so. The record of `key` is left behind.
 * @throws StoreUnsafe. @throws StoreUnavailable.
 */
export async function probeStore(bucket: Bucket, key: string): Promise<void> {
  const first = await bucket.put(key, value, (await bucket.get(key))?.revision ?? 0)
  if (first.outcome !== 'won') throw new ScaledMcpError('StoreUnavailable', `a write to ${key} did not settle`)
  const { revision } = first
  const outcomes = await Promise.all(Array.from({ length: WRITERS }, () => bucket.put(key, value, revision)))
  const winners = outcomes.filter(({ outcome }) => outcome === 'won').length
  if (winners > 1) throw new ScaledMcpError('StoreUnsafe', `${winners} of ${WRITERS} concurrent writers won`)
  if (winners < 1) throw new ScaledMcpError('StoreUnavailable', `no write to ${key} settled`)
}
