import type { Bucket, Entry, PutOutcome } from '@scaled-mcp/mesh'

type Put = Bucket['put']

/** A bucket whose parts can be exchanged; what is not overridden goes to the one behind it. */
export function altered(bucket: Bucket, overrides: Partial<Bucket>): Bucket {
  return {
    get: (key) => bucket.get(key),
    put: (key, value, expect) => bucket.put(key, value, expect),
    tombstone: (key, expect) => bucket.tombstone(key, expect),
    keys: () => bucket.keys(),
    all: (receive) => bucket.all(receive),
    purge: (key) => bucket.purge(key),
    watch: (pattern, listener, options) => bucket.watch(pattern, listener, options),
    ...overrides
  }
}

/** Writes whatever is there, for the keys that `concerns` names. */
export function blind(bucket: Bucket, concerns: (key: string) => boolean = () => true): Bucket {
  const put: Put = async (key, value, expect) => {
    if (!concerns(key)) return bucket.put(key, value, expect)
    let outcome: PutOutcome
    do {
      outcome = await bucket.put(key, value, (await bucket.get(key))?.revision ?? 0)
    } while (outcome.outcome === 'lost')
    return outcome
  }
  return altered(bucket, { put })
}

/** Shows `see(entry)` to whoever reads. */
export function misread(bucket: Bucket, see: (entry: Entry) => Entry): Bucket {
  const get: Bucket['get'] = async (key) => {
    const entry = await bucket.get(key)
    return entry && see(entry)
  }
  return altered(bucket, { get })
}
