import { expect, it } from 'vitest'
import { UsageError, usage, wishOf } from '../src/usage.ts'

it('what is not said is 200 seeds from 1', () => {
  expect(wishOf([])).toMatchObject({ from: 1, count: 200, seed: undefined, mutations: false, help: false })
  expect(wishOf(['--mutations'])).toMatchObject({ seeds: false, mutations: true })
  expect(wishOf(['--mutations', '--seeds', '5'])).toMatchObject({ seeds: true, mutations: true, count: 5 })
  expect(wishOf(['--seed', '22', '--mix', 'kills'])).toMatchObject({ seed: 22, mix: 'kills' })
})

it.each([
  [['--sed', '1'], '--sed'],
  [['22'], '22'],
  [['--seed'], '--seed'],
  [['--seed', 'x'], '--seed x: a whole number from 1'],
  [['--mix', 'chaos'], '--mix chaos: one of all, kills'],
  [['--mutation', 'toString'], '--mutation toString: one of lease-always-held']
])('%j is refused with what is wrong, not with a stack', (args, message) => {
  expect(() => wishOf(args)).toThrow(UsageError)
  expect(() => wishOf(args)).toThrow(message)
})

it('the usage names every option', () => {
  const named = usage.match(/^ {2}--[a-z]+/gm)?.map((option) => option.trim())
  expect(named).toEqual(['--seeds', '--from', '--seed', '--history', '--mutations', '--mutation', '--mix', '--help'])
})
