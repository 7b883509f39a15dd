import { expect, test } from 'vitest'
import { quantile } from '../src/index.ts'

test('a quantile is a value that was measured, so that p99 of few calls is not invented', () => {
  const hundred = Float64Array.from({ length: 100 }, (_, i) => i + 1)
  expect([quantile(hundred, 0.5), quantile(hundred, 0.99), quantile(hundred, 1)]).toEqual([50, 99, 100])
  expect(quantile(Float64Array.of(7), 0.99)).toBe(7)
})
