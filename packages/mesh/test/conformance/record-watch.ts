import type { Bucket, Entry, Mesh, Watch } from '@scaled-mcp/mesh'
import { until } from '@scaled-mcp/testkit'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { bytes, fresh, type Get, text } from './mesh-under-test.ts'
import { won } from './record-store.ts'

/** R4 of record-store.ts. */
export function watchClaims(get: Get): void {
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

  const watches: Watch[] = []

  afterEach(() => {
    for (const watch of watches.splice(0)) watch.stop()
  })

  /** Watches everything below this claim's key, from the other process. */
  async function watch(initial: boolean) {
    const heard: string[] = []
    const listener = {
      changed: ({ key: on, value }: Entry) => heard.push(`${on.slice(key.length + 1)}=${text(value)}`),
      removed: (on: string) => heard.push(`${on.slice(key.length + 1)} removed`),
      gap: () => heard.push('gap'),
      synced: () => heard.push('synced')
    }
    watches.push(await elsewhere.watch(`${key}.>`, listener, { initial }))
    return heard
  }
  const put = async (name: string, value: string, expect = 0) =>
    won(await bucket.put(`${key}.${name}`, bytes(value), expect))

  test('a watch tells what is there, says that this was all, and then tells each change', async () => {
    const first = await put('a', '1')
    await put('b', '1')
    const heard = await watch(true)
    await until(() => heard.includes('synced'))
    expect(heard).toEqual(['a=1', 'b=1', 'synced'])
    await put('a', '2', first)
    await until(() => heard.length === 4)
    expect(heard.at(-1)).toBe('a=2')
  })

  test('a watch without the initial records tells only what changes from now on', async () => {
    await put('a', '1')
    const heard = await watch(false)
    await put('b', '1')
    await until(() => heard.length > 0)
    expect(heard).toEqual(['b=1'])
  })

  test('a watch tells of tombstones', async () => {
    const revision = await put('a', '1')
    const heard = await watch(false)
    won(await bucket.tombstone(`${key}.a`, revision))
    await until(() => heard.length > 0)
    expect(heard).toEqual(['a removed'])
  })

  test('a write that lost is never told', async () => {
    const heard = await watch(false)
    await put('a', '1')
    await bucket.put(`${key}.a`, bytes('lost'), 0)
    await put('b', '1')
    await until(() => heard.includes('b=1'))
    expect(heard).toEqual(['a=1', 'b=1'])
  })

  test('a stopped watch tells nothing more', async () => {
    const heard = await watch(false)
    watches.splice(0)[0]?.stop()
    const still = await watch(false)
    await put('a', '1')
    await until(() => still.length > 0)
    expect(heard).toEqual([])
  })

  test('changes behind a gap are all told after the return, in their newest form', async () => {
    let revision = await put('a', '1')
    await put('b', '1')
    const heard = await watch(true)
    await until(() => heard.includes('synced'))
    await get().cut(other)
    expect(heard.splice(0)).toEqual(['a=1', 'b=1', 'synced', 'gap'])
    for (const value of ['2', '3', '4']) revision = await put('a', value, revision)
    await put('c', '1')
    await get().heal(other)
    await until(() => heard.includes('synced'))
    expect(heard).toEqual(['b=1', 'a=4', 'c=1', 'synced'])
    await put('a', '5', revision)
    await until(() => heard.includes('a=5'))
  })

  test('changes made while the records are being told are told once, never an older after a newer', async () => {
    const names = Array.from({ length: 300 }, (_, i) => `r${i}`)
    const revisions = await Promise.all(names.map((name) => put(name, '1')))
    const heard = await watch(true)
    await Promise.all(names.map((name, i) => put(name, '2', revisions[i])))
    await until(() => heard.includes('synced') && names.every((name) => heard.includes(`${name}=2`)))
    for (const name of names) {
      const told = heard.filter((each) => each.startsWith(`${name}=`))
      expect(told.length === 1 || (told.length === 2 && told[0] === `${name}=1`)).toBe(true)
    }
  })

  test('without the initial records a gap is told as well: what is remembered may be stale', async () => {
    const heard = await watch(false)
    await get().cut(other)
    await get().heal(other)
    await put('a', '1')
    await until(() => heard.includes('a=1'))
    expect(heard).toEqual(['gap', 'a=1'])
  })

  test('a bucket whose changes are not told cannot be watched', async () => {
    const listener = { changed: () => {}, removed: () => {}, gap: () => {}, synced: () => {} }
    await expect(one.records.state.watch('>', listener, { initial: true })).rejects.toThrow(TypeError)
  })
}
