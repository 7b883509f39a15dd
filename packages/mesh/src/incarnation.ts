import { randomBytes } from 'node:crypto'
import { ScaledMcpError } from '@scaled-mcp/contracts'
import type { Bucket } from './record-store.ts'

/** Key in the bucket META of a random id of the store itself: a bucket made anew would start revisions from 1 again. */
export const INCARNATION_KEY = 'incarnation'

/** The store's incarnation, minted by the first process that asks. @throws StoreUnavailable. */
export async function incarnationOf(meta: Bucket): Promise<string> {
  const minted = randomBytes(12).toString('base64url')
  const known = await meta.get(INCARNATION_KEY)
  if (known) return Buffer.from(known.value).toString()
  const put = await meta.put(INCARNATION_KEY, Buffer.from(minted), 0)
  if (put.outcome === 'won') return minted
  if (put.outcome === 'lost' && put.current) return Buffer.from(put.current.value).toString()
  throw new ScaledMcpError('StoreUnavailable', 'whether the store has an incarnation is not known')
}
