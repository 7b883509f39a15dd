import { eventIdText, parseAddressKey } from '@scaled-mcp/contracts'
import { describe, expect, it } from 'vitest'
import type { LoggedEvent } from '../src/referee/event-referee.ts'
import { judgeSight, missedBy } from '../src/referee/stream-judge.ts'
import type { Rule } from '../src/referee/violation.ts'

const session = 'default.session.abcdefghijklmnopqrstuv'
const log: readonly LoggedEvent[] = [
  { stream: 's', kind: 'open', body: Buffer.from('request'), sequence: 3, at: 10 },
  { stream: 'other', kind: 'message', body: Buffer.from('x'), sequence: 4, at: 11 },
  { stream: 's', kind: 'message', body: Buffer.from('one'), sequence: 6, at: 12 },
  { stream: 's', kind: 'message', body: Buffer.from('two'), sequence: 7, at: 13 },
  { stream: 's', kind: 'end', body: Buffer.from('three'), sequence: 9, at: 14 }
]

function sight(seen: readonly (readonly [number, string])[], { isPrimed = true, stream = 's' } = {}) {
  const id = (sequence: number) => eventIdText(parseAddressKey(session), { stream, sequence })
  const events = seen.map(([sequence, text]) => ({ id: id(sequence), body: Buffer.from(text), at: 0 }))
  return { session, isPrimed, events }
}

describe('what a client has seen of a stream', () => {
  const cases: readonly (readonly [string, readonly Rule[], Parameters<typeof sight>])[] = [
    ['nothing', [], [[]]],
    [
      'all of it',
      [],
      [
        [
          [3, ''],
          [6, 'one'],
          [7, 'two'],
          [9, 'three']
        ]
      ]
    ],
    [
      'its end',
      [],
      [
        [
          [7, 'two'],
          [9, 'three']
        ]
      ]
    ],
    [
      'no beginning, as it is told of none',
      [],
      [
        [
          [6, 'one'],
          [7, 'two']
        ],
        { isPrimed: false }
      ]
    ],
    [
      'an event not',
      ['event-lost'],
      [
        [
          [3, ''],
          [7, 'two']
        ]
      ]
    ],
    [
      'an event twice',
      ['event-order'],
      [
        [
          [6, 'one'],
          [6, 'one']
        ]
      ]
    ],
    [
      'an earlier one later',
      ['event-order'],
      [
        [
          [7, 'two'],
          [6, 'one']
        ]
      ]
    ],
    [
      'what is not stored',
      ['event-unstored'],
      [
        [
          [7, 'two'],
          [8, 'x']
        ]
      ]
    ],
    ['another text than is stored', ['event-unstored'], [[[6, 'two']]]]
  ]
  it.each(cases)('%s: breaks %j', (_, rules, seen) => {
    const broken: Rule[] = []
    judgeSight(sight(...seen), log, (rule) => broken.push(rule))
    expect(broken).toEqual(rules)
  })
})

it('what a listener has missed is what was stored after its last event, up to a time', () => {
  const standalone = log.map((event) => ({ ...event, stream: 'standalone' }))
  const missed = (until: number) =>
    missedBy(sight([[6, 'one']], { stream: 'standalone' }), standalone, until).map(({ sequence }) => sequence)
  expect([missed(14), missed(13), missed(12)]).toEqual([[7, 9], [7], []])
})
