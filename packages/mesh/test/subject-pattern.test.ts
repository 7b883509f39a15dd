import { expect, test } from 'vitest'
import { subjectMatcher } from '../src/subject-pattern.ts'

const cases: readonly (readonly [pattern: string, subject: string, matches: boolean])[] = [
  ['a.b', 'a.b', true],
  ['a.b', 'a.b.c', false],
  ['a.*', 'a.b', true],
  ['a.*', 'a.b.c', false],
  ['a.*.c', 'a.b.c', true],
  ['a.>', 'a.b.c', true],
  ['a.>', 'a', false],
  ['>', 'a.b', true],
  ['$SRV.PING', '$SRV.PING', true],
  ['a.b', 'axb', false]
]

test.each(cases)('%s against %s: %s, as nats-server decides', (pattern, subject, matches) => {
  expect(subjectMatcher(pattern)(subject)).toBe(matches)
})
