import { expect, it } from 'vitest'
import { RestartBudget } from '../src/restart-budget.ts'

const OPTIONS = { limit: 4, withinMs: 10_000, minBackoffMs: 100, maxBackoffMs: 500 }

function pauses(random: () => number): (number | undefined)[] {
  const budget = new RestartBudget(OPTIONS, random)
  return Array.from({ length: 5 }, () => budget.spend(0))
}

it('the pause doubles up to its maximum, and a spent budget gives none', () => {
  expect(pauses(() => 1)).toEqual([100, 200, 400, 500, undefined])
})

it('chance takes away at most half of a pause, so that actors which fail together do not return together', () => {
  expect(pauses(() => 0)).toEqual([50, 100, 200, 250, undefined])
})

it('any span sees at most as many restarts as the limit, whenever the failures come', () => {
  const budget = new RestartBudget(OPTIONS, () => 1)
  const restarts: number[] = []
  for (let now = 0; now < 60_000; now += 700) {
    const pause = budget.spend(now)
    if (pause !== undefined) restarts.push(now + pause)
  }
  const most = Math.max(...restarts.map((from) => restarts.filter((at) => at >= from && at < from + 10_000).length))
  expect(most).toBe(OPTIONS.limit)
})
