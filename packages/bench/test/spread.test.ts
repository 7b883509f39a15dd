import { expect, test } from 'vitest'
import { spreadOf, spreadOfRatios, spreadText } from '../src/spread.ts'

test('the median of an odd number of rounds is the middle one, whatever the order they came in', () => {
  expect(spreadOf([9, 1, 5])).toEqual({ median: 5, lowest: 1, highest: 9 })
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
