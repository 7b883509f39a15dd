import { type Headers, header, STANDALONE } from '@scaled-mcp/contracts'
import { expect, it } from 'vitest'
import { EventReferee } from '../src/referee/event-referee.ts'
import type { Rule } from '../src/referee/violation.ts'
import { progressOf } from '../src/server/progress.ts'

type Written = readonly [stream: string, kind: string, body: object | string, headers?: Headers]

function watched(writes: readonly Written[]) {
  const rules: Rule[] = []
  const referee = new EventReferee({ violated: (rule) => rules.push(rule), now: () => 0 })
  for (const [index, [stream, kind, content, headers]] of writes.entries()) {
    const named = { [header.streamName]: stream, [header.eventKind]: kind, [header.epoch]: '5', ...headers }
    const body = Buffer.from(typeof content === 'string' ? content : JSON.stringify(content))
    referee.stored('k', { subject: 's', headers: named, body, sequence: index + 1 })
  }
  return { rules, events: referee.eventsOf('k') }
}

const progress = (number: number, run = 'r') => progressOf(undefined, { run, number })
const answer = { jsonrpc: '2.0', id: 1, result: {} }
const open: Written = ['p', 'open', 'request']
const end: Written = ['p', 'end', answer]
const told = (number: number, run?: string): Written => ['p', 'message', progress(number, run)]

const cases: readonly (readonly [string, readonly Rule[], readonly Written[]])[] = [
  ['a whole stream', [], [open, told(1), told(2), end]],
  ['a second run after the first gave up', [], [open, told(1), told(1, 'again'), end]],
  [
    'a standalone stream that is listened to twice',
    [],
    [
      [STANDALONE, 'open', ''],
      [STANDALONE, 'open', '']
    ]
  ],
  ['a gap', ['run-order'], [open, told(1), told(3)]],
  ['a number twice', ['run-order'], [open, told(1), told(1)]],
  ['a stream that begins twice', ['two-answers'], [open, open]],
  ['what follows the end', ['two-answers'], [open, end, told(1)]],
  ['a second answer on another stream', ['two-answers'], [open, end, ['q', 'end', answer]]],
  ['a mark of a later owner', [], [open, ['seal', 'message', '', { [header.epoch]: '9' }]]],
  ['what an earlier owner stores', ['event-epoch'], [['seal', 'message', '', { [header.epoch]: '9' }], open]]
]

it.each(cases)('%s breaks %j', (_, rules, writes) => {
  expect(watched(writes).rules).toEqual(rules)
})

it('parts are one event, under the sequence of the last; those of an owner that died in between are none', () => {
  const part = (mark: string, text: string): Written => ['p', 'open', text, { [header.chunk]: mark }]
  const { events } = watched([part('1/2', 'lost'), ['seal', 'message', ''], part('1/2', 'ab'), part('2/2', 'c')])
  expect(events.map(({ body, sequence }) => [Buffer.from(body).toString(), sequence])).toEqual([['abc', 4]])
})
