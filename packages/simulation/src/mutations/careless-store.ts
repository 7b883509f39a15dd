import { type SessionRecord, sessionCodec } from '@scaled-mcp/contracts'
import type { Bucket, Entry } from '@scaled-mcp/mesh'
import { altered } from './altered-bucket.ts'

/** A write that changes nothing but the owner's claim is taken for done. */
export function carelessSeal(states: Bucket): Bucket {
  const put: Bucket['put'] = async (key, value, expect) => {
    const current = await states.get(key)
    const isSeal = current && expect === current.revision && isClaimOnly(current, sessionCodec.decode(value))
    if (!isSeal) return states.put(key, value, expect)
    return { outcome: 'won', revision: current.revision, nonce: current.nonce }
  }
  return altered(states, { put })
}

/** Whoever reads a record finds its own claim there, once it has written one. */
export function carelessSettle(states: Bucket): Bucket {
  const written = new Map<string, Pick<SessionRecord, 'epoch' | 'claim'>>()
  const put: Bucket['put'] = (key, value, expect) => {
    const { epoch, claim } = sessionCodec.decode(value)
    written.set(key, { epoch, claim })
    return states.put(key, value, expect)
  }
  const get: Bucket['get'] = async (key) => {
    const entry = await states.get(key)
    return (
      entry && { ...entry, value: sessionCodec.encode({ ...sessionCodec.decode(entry.value), ...written.get(key) }) }
    )
  }
  return altered(states, { put, get })
}

function isClaimOnly({ value }: Entry, next: SessionRecord): boolean {
  const { epoch, claim } = next
  const before = sessionCodec.decode(value)
  return before.claim !== claim && JSON.stringify({ ...before, epoch, claim }) === JSON.stringify(next)
}
