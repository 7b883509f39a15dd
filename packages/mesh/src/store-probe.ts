import { ScaledMcpError } from '@scaled-mcp/contracts'
import type { Bucket } from './record-store.ts'

const KEY = 'probe'
const WRITERS = 8
const value = new TextEncoder().encode('compare-and-set probe')

/**
 * Tries on the real bucket whether of writers which expect the same revision more than one can win; there are released
 * servers on which that is so. Other processes may probe at the same time: then all of ours may lose.
 * @throws StoreUnsafe. @throws StoreUnavailable.
 */
export async function probeStore(bucket: Bucket): Promise<void> {
  const revision = await seed(bucket)
  const outcomes = await Promise.all(Array.from({ length: WRITERS }, () => bucket.put(KEY, value, revision)))
  const winners = outcomes.filter(({ outcome }) => outcome === 'won').length
  if (winners > 1) throw new ScaledMcpError('StoreUnsafe', `${winners} of ${WRITERS} concurrent writers won`)
  if (outcomes.some(({ outcome }) => outcome === 'unknown')) throw unsettled()
}

/** The revision of the probe's record, which the first process writes. */
async function seed(bucket: Bucket): Promise<number> {
  const known = await bucket.get(KEY)
  if (known) return known.revision
  const put = await bucket.put(KEY, value, 0)
  if (put.outcome === 'won') return put.revision
  if (put.outcome === 'lost' && put.current) return put.current.revision
  throw unsettled()
}

function unsettled(): ScaledMcpError {
  return new ScaledMcpError('StoreUnavailable', 'a write of the compare-and-set probe did not settle')
}
