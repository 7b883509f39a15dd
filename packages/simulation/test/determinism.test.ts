import { describe, expect, it } from 'vitest'
import { simulate } from '../src/simulation.ts'

describe('a seed decides everything', () => {
  it('the same seed gives the same trace and history, so that a failing one can be run again (S1)', async () => {
    const [one, again] = [await simulate({ seed: 7 }), await simulate({ seed: 7 })]
    expect(again.trace).toBe(one.trace)
    expect(again.history.toJsonl()).toBe(one.history.toJsonl())
    expect(again.history.sights).toEqual(one.history.sights)
  })

  it('another seed gives another trace, so that many seeds try many things', async () => {
    const traces = [await simulate({ seed: 7 }), await simulate({ seed: 8 })].map(({ trace }) => trace)
    expect(new Set(traces).size).toBe(2)
  })
})

describe('a run tries what it claims to try', () => {
  it('faults happen and sessions change their owners, or the checks would have nothing to check', async () => {
    const { takeovers, faults, history } = await simulate({ seed: 1, mix: 'all' })
    expect(takeovers).toBeGreaterThan(0)
    expect(faults.size).toBeGreaterThan(3)
    const acknowledged = history.operations.filter(({ outcome }) => outcome === 'ok')
    expect(acknowledged.length).toBeGreaterThan(300)
  })

  it('streams are followed over several connections and owners, or nothing would be seen of their replay', async () => {
    const runs = [await simulate({ seed: 1 }), await simulate({ seed: 2 }), await simulate({ seed: 3 })]
    const operations = runs.flatMap(({ history }) => history.operations)
    const resumed = operations.filter(({ kind, outcome }) => kind === 'resume' && outcome === 'ok')
    expect(resumed.length).toBeGreaterThan(20)
    expect(operations.filter(({ hasComeBack, outcome }) => hasComeBack && outcome === 'ok').length).toBeGreaterThan(5)
    const sights = runs.flatMap(({ history }) => history.sights)
    expect(sights.flatMap(({ events }) => events).length).toBeGreaterThan(500)
  })
})
