import { expect, it } from 'vitest'
import { until } from '../src/index.ts'

it('until gives the first truthy value that the condition has', async () => {
  let calls = 0
  await expect(until(() => (++calls === 3 ? 'third' : undefined))).resolves.toBe('third')
})

it('until outlives a condition that throws at first', async () => {
  let calls = 0
  const condition = async () => {
    if (++calls < 3) throw new Error('not yet')
    return calls
  }
  await expect(until(condition)).resolves.toBe(3)
})

it('a condition that stays false fails with what was waited for, so that the test says what is missing', async () => {
  const waiting = until(() => false, { timeoutMs: 20, describe: 'a new owner' })
  await expect(waiting).rejects.toThrow('not so within 20 ms: a new owner')
})

it('a condition that keeps throwing fails with its last error as the cause', async () => {
  const cause = new Error('connection refused')
  const waiting = until(() => Promise.reject(cause), { timeoutMs: 20 })
  await expect(waiting).rejects.toMatchObject({ cause })
})
