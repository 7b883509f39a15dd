import type { Bucket, Entry, Mesh, PutOutcome } from '@scaled-mcp/mesh'
import { buckets } from '@scaled-mcp/mesh'
import { beforeEach, describe, expect, test } from 'vitest'
import { bytes, fresh, type Get, text } from './mesh-under-test.ts'

/** R1 – R3 of record-store.ts. */
export function recordClaims(get: Get): void {
  let one: Mesh
  let other: Mesh
  let bucket: Bucket
  let elsewhere: Bucket
  let key: string

  beforeEach(async () => {
    key = `t.k.${fresh()}`
    one = await get().connect()
    other = await get().connect()
    bucket = one.records.directory
    elsewhere = other.records.directory
  })

  const read = async (from = elsewhere) => {
    const entry = await from.get(key)
    return entry && text(entry.value)
  }

  describe('compare-and-set', () => {
    test('a record that was created is read from any process, under its revision and nonce', async () => {
      const revision = won(await bucket.put(key, bytes('a'), 0))
      const entry = await elsewhere.get(key)
      expect(entry).toMatchObject({ key, revision, nonce: expect.stringMatching(/.{8}/) })
      expect(await read()).toBe('a')
    })

    test('a record that was never written is undefined', async () => {
      expect(await bucket.get(key)).toBeUndefined()
    })

    test('creating what exists is lost, and shows who was first', async () => {
      const revision = won(await bucket.put(key, bytes('first'), 0))
      const second = await elsewhere.put(key, bytes('second'), 0)
      expect(second).toMatchObject({ outcome: 'lost', current: { key, revision } })
      expect(await read()).toBe('first')
    })

    test('an update that expects the newest revision wins, one that expects an older is lost', async () => {
      const first = won(await bucket.put(key, bytes('1'), 0))
      const second = won(await elsewhere.put(key, bytes('2'), first))
      expect(second).toBeGreaterThan(first)
      const stale = await bucket.put(key, bytes('stale'), first)
      expect(stale).toMatchObject({ outcome: 'lost', current: { revision: second } })
      expect(await read()).toBe('2')
    })

    test('an update of what does not exist is lost', async () => {
      expect(await bucket.put(key, bytes('a'), 7)).toEqual({ outcome: 'lost', current: undefined })
      expect(await read()).toBeUndefined()
    })

    test('of 100 raced creates exactly one wins, and every loser sees the winner', async () => {
      const outcomes = await Promise.all(
        Array.from({ length: 100 }, (_, i) => (i % 2 ? bucket : elsewhere).put(key, bytes(`${i}`), 0))
      )
      const revisions = outcomes.flatMap((put) => (put.outcome === 'won' ? [put.revision] : []))
      expect(revisions).toHaveLength(1)
      const seen = outcomes.flatMap((put) => (put.outcome === 'lost' ? [put.current?.revision] : []))
      expect(seen).toEqual(Array.from({ length: 99 }, () => revisions[0]))
    })

    test('of 100 raced updates exactly one wins', async () => {
      const revision = won(await bucket.put(key, bytes('0'), 0))
      const outcomes = await Promise.all(
        Array.from({ length: 100 }, (_, i) => (i % 2 ? bucket : elsewhere).put(key, bytes(`${i}`), revision))
      )
      expect(outcomes.filter(({ outcome }) => outcome === 'won')).toHaveLength(1)
      expect(outcomes.filter(({ outcome }) => outcome === 'unknown')).toEqual([])
    })

    test('revisions rise along the whole bucket, not along one key', async () => {
      const first = won(await bucket.put(key, bytes('a'), 0))
      const second = won(await bucket.put(`${key}x`, bytes('b'), 0))
      expect(second).toBeGreaterThan(first)
    })

    test('a value of the largest size is kept, one byte more is refused', async () => {
      const { maxValueBytes } = buckets.directory
      const revision = won(await bucket.put(key, new Uint8Array(maxValueBytes), 0))
      const tooLarge = bucket.put(key, new Uint8Array(maxValueBytes + 1), revision)
      await expect(tooLarge).rejects.toMatchObject({ code: 'ValueTooLarge' })
      expect((await elsewhere.get(key))?.value.byteLength).toBe(maxValueBytes)
    })

    test('a state of 256 KB is kept whole', async () => {
      const state = new Uint8Array(buckets.state.maxValueBytes).fill(7)
      won(await one.records.state.put(key, state, 0))
      const kept = await other.records.state.get(key)
      expect(Buffer.compare(kept?.value ?? new Uint8Array(), state)).toBe(0)
    })

    test('the store has an incarnation, the same for all', async () => {
      const incarnation = await one.records.meta.get('incarnation')
      expect(text((incarnation as Entry).value)).toBe(one.facts['incarnation'])
      expect(other.facts['incarnation']).toBe(one.facts['incarnation'])
    })
  })

  describe('tombstones', () => {
    test('a tombstoned record is gone for readers, and a writer that knew it is fenced', async () => {
      const revision = won(await bucket.put(key, bytes('a'), 0))
      const removed = won(await bucket.tombstone(key, revision))
      expect(removed).toBeGreaterThan(revision)
      expect(await elsewhere.get(key)).toBeUndefined()
      expect(await elsewhere.put(key, bytes('stale'), revision)).toEqual({ outcome: 'lost', current: undefined })
      expect(await read()).toBeUndefined()
    })

    test('what was tombstoned can be created anew, under a higher revision', async () => {
      const removed = won(await bucket.tombstone(key, won(await bucket.put(key, bytes('a'), 0))))
      expect(won(await elsewhere.put(key, bytes('again'), 0))).toBeGreaterThan(removed)
      expect(await read()).toBe('again')
    })

    test('of raced creations over a tombstone exactly one wins', async () => {
      won(await bucket.tombstone(key, won(await bucket.put(key, bytes('a'), 0))))
      const outcomes = await Promise.all(
        Array.from({ length: 20 }, (_, i) => (i % 2 ? bucket : elsewhere).put(key, bytes(`${i}`), 0))
      )
      expect(outcomes.filter(({ outcome }) => outcome === 'won')).toHaveLength(1)
    })

    test('a tombstone that expects an older revision is lost, and the record stays', async () => {
      const first = won(await bucket.put(key, bytes('1'), 0))
      const second = won(await bucket.put(key, bytes('2'), first))
      expect(await elsewhere.tombstone(key, first)).toMatchObject({ outcome: 'lost', current: { revision: second } })
      expect(await read()).toBe('2')
    })
  })

  describe('keys', () => {
    test('the keys of all records are listed, without those that are gone', async () => {
      const expected = Array.from({ length: 600 }, (_, i) => `many.${key}.${i}`)
      await Promise.all(expected.map((each) => bucket.put(each, bytes(each), 0)))
      const gone = `many.${key}.gone`
      won(await bucket.tombstone(gone, won(await bucket.put(gone, bytes('a'), 0))))
      const keys = (await elsewhere.keys()).filter((each) => each.startsWith(`many.${key}.`))
      expect([...keys].sort()).toEqual([...expected].sort())
    })
  })

  describe('all', () => {
    test('every record is given with its value, tombstones are not', async () => {
      const expected = Array.from({ length: 300 }, (_, i) => `all.${key}.${i}`)
      const revisions = await Promise.all(expected.map(async (each) => won(await bucket.put(each, bytes(each), 0))))
      const gone = `all.${key}.gone`
      won(await bucket.tombstone(gone, won(await bucket.put(gone, bytes('a'), 0))))
      const seen = new Map<string, readonly [string, number]>()
      await elsewhere.all(({ key: each, value, revision }) => {
        if (each.startsWith(`all.${key}.`)) seen.set(each, [Buffer.from(value).toString(), revision])
      })
      expect(seen).toEqual(new Map(expected.map((each, i) => [each, [each, revisions[i]]])))
    })

    test('a reading ends while records are changed all the time, and has those that are not', async () => {
      const still = `all.${key}.still`
      won(await bucket.put(still, bytes('a'), 0))
      let isOver = false
      const writers = Array.from({ length: 6 }, async (_, i) => {
        for (let revision = 0; !isOver; ) revision = won(await bucket.put(`all.${key}.${i}`, bytes('b'), revision))
      })
      for (let reading = 0; reading < 30; reading++) {
        const seen = new Set<string>()
        await elsewhere.all((entry) => seen.add(entry.key))
        expect(seen).toContain(still)
      }
      isOver = true
      await Promise.all(writers)
    })
  })

  describe('purge', () => {
    test('removes a record and its tombstone, and a new one begins from nothing', async () => {
      const revision = won(await bucket.tombstone(key, won(await bucket.put(key, bytes('a'), 0))))
      await elsewhere.purge(key)
      expect(await bucket.get(key)).toBeUndefined()
      expect(won(await bucket.put(key, bytes('b'), 0))).toBeGreaterThan(revision)
      await bucket.purge(key)
      expect(await bucket.get(key)).toBeUndefined()
      await bucket.purge(key)
    })
  })

  describe('store out of reach', () => {
    test('a read fails with StoreUnavailable, and a write is unknown: neither hangs', async () => {
      await get().cut(one)
      const [read, write] = await Promise.all([bucket.get(key).catch((error) => error), bucket.put(key, bytes('a'), 0)])
      expect(read).toMatchObject({ code: 'StoreUnavailable' })
      expect(write).toEqual({ outcome: 'unknown' })
      expect(await elsewhere.get(key)).toBeUndefined()
    })

    test('a loss of connection that is short is ridden out', async () => {
      await get().cut(one)
      const writing = bucket.put(key, bytes('a'), 0)
      const reading = bucket.get(`${key}x`)
      await get().heal(one)
      expect(await writing).toMatchObject({ outcome: 'won' })
      expect(await reading).toBeUndefined()
    })
  })
}

/** The revision that a write won. */
export function won(put: PutOutcome): number {
  if (put.outcome !== 'won') throw new Error(`the write is ${put.outcome}`)
  return put.revision
}
