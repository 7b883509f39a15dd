import { expect, test } from 'vitest'
import { quantile, spreadOf, spreadOfRatios, spreadText } from '../src/spread.ts'

test('the median of an odd number of rounds is the middle one, whatever the order they came in', () => {
  expect(spreadOf([9, 1, 5])).toEqual({ median: 5, lowest: 1, highest: 9 })
})

test('a quantile is a value that was measured, so that p99 of few calls is not invented', () => {
  const hundred = Float64Array.from({ length: 100 }, (_, i) => i + 1)
  expect([quantile(hundred, 0.5), quantile(hundred, 0.99), quantile(hundred, 1)]).toEqual([50, 99, 100])
  expect(quantile(Float64Array.of(7), 0.99)).toBe(7)
})

test('no measurements are an error and not a figure', () => {
  expect(() => spreadOf([])).toThrow(RangeError)
})

test('sides are compared within a round, so that a round in which the machine was slow changes no ratio', () => {
  const ours = [20, 2, 30].map((rate, round) => ({ rate, round }))
  const theirs = [10, 1, 10].map((rate, round) => ({ rate, round }))
  expect(
    spreadText(
      spreadOfRatios(ours, theirs, ({ rate }) => rate),
      1
    )
  ).toBe('2.0 [2.0–3.0]')
})
