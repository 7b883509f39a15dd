import { expect, it } from 'vitest'
import { heapAfterCollection } from '../src/index.ts'

const MEBIBYTE = 1024 * 1024

it('what is still referenced counts, and what is not does not', () => {
  const before = heapAfterCollection()
  let kept: number[] | undefined = Array.from({ length: MEBIBYTE }, (_, i) => i + 0.5)
  expect(heapAfterCollection() - before).toBeGreaterThan(7 * MEBIBYTE)
  expect(kept).toHaveLength(MEBIBYTE)
  kept = undefined
  expect(heapAfterCollection() - before).toBeLessThan(2 * MEBIBYTE)
})
