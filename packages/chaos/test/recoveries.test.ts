import { expect, it } from 'vitest'
import { deedsOf } from '../src/checker/deeds.ts'
import { recoveredFrom } from '../src/checker/recoveries.ts'
import { type Strike, strikesOf } from '../src/checker/strikes.ts'
import { Story } from './story.ts'

it('a session has recovered with its first success after the longest time without one', () => {
  const story = new Story().append('a', 'ok') // 0 to 10 ms
  story.strike('kill').append('b', 'session_moved').append('c', 'refused').put('d', 'ok').append('e', 'ok').healed() // from 20
  const [strike] = strikesOf(story.events)
  const recovered = recoveredFrom(strike as Strike, deedsOf(story.events))
  // From the beginning of b at 30 to the end of d at 80.
  expect(recovered).toMatchObject({ times: [50], interrupted: 1, onceInFlight: 2 })
})

it('a session whose client did nothing says nothing', () => {
  const story = new Story().append('a', 'ok').strike('kill').healed().append('b', 'ok')
  const [strike] = strikesOf(story.events)
  expect(recoveredFrom(strike as Strike, deedsOf(story.events)).times).toEqual([])
})
