import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect, it } from 'vitest'
import { type HeapUse, processHeap } from '../src/heap.ts'

setFlagsFromString('--expose_gc')
const collect = runInNewContext('gc') as (options?: { readonly type: 'minor' }) => void
const MEBIBYTE = 1024 * 1024

it('each major collection tells what it has left, and a minor one tells nothing', async () => {
  const seen: HeapUse[] = []
  const stop = processHeap.onMajorCollection((left) => seen.push(left))
  let kept: number[] | undefined = Array.from({ length: 4 * MEBIBYTE }, (_, i) => i + 0.5)
  collect()
  await expect.poll(() => seen.length).toBeGreaterThan(0)
  expect(kept).toHaveLength(4 * MEBIBYTE)
  kept = undefined
  const before = seen.length
  collect({ type: 'minor' })
  collect()
  await expect.poll(() => seen.length).toBeGreaterThan(before)
  const [full, room] = [seen[before - 1], seen.at(-1)] as [HeapUse, HeapUse]
  expect(full.usedBytes - room.usedBytes).toBeGreaterThan(24 * MEBIBYTE)
  expect(room.limitBytes).toBeGreaterThan(full.usedBytes)
  stop()
})
