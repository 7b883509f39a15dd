import { expect, it } from 'vitest'
import { VirtualClock } from '../src/index.ts'

it('fires timers in the order of their time, also those armed on the way, and none that was cancelled', () => {
  const clock = new VirtualClock(100)
  const fired: string[] = []
  clock.after(30, () => fired.push(`late@${clock.wall()}`))
  clock.after(10, () => {
    fired.push(`early@${clock.wall()}`)
    clock.after(5, () => fired.push(`nested@${clock.wall()}`))
  })
  clock.after(20, () => fired.push('cancelled')).cancel()
  clock.advance(29)
  expect(fired).toEqual(['early@110', 'nested@115'])
  clock.advance(1)
  expect(fired).toEqual(['early@110', 'nested@115', 'late@130'])
})
