import { expect, it } from 'vitest'
import { judgeHistory } from '../src/referee/history-judge.ts'
import type { Rule } from '../src/referee/violation.ts'
import type { Operation } from '../src/workload/operation.ts'

/** An operation that took from `invoked` to `invoked` + 1. */
function operation(kind: Operation['kind'], invoked: number, end: Partial<Operation>): Operation {
  const common = { session: 's', value: `v${invoked}`, gateway: 'g', returned: invoked + 1, outcome: 'ok' } as const
  return { kind, invoked, ...common, ...end }
}

const appended = (invoked: number, place: number, end: Partial<Operation> = {}) =>
  operation('append', invoked, { place, ...end })
const read = (invoked: number, ...list: string[]) => operation('read', invoked, { list })

function broken(list: readonly string[], ...operations: Operation[]): readonly Rule[] {
  const rules: Rule[] = []
  judgeHistory({ session: 's', operations, list }, (rule) => rules.push(rule))
  return rules
}

const cases: readonly (readonly [string, readonly Rule[], readonly string[], readonly Operation[]])[] = [
  ['what everybody saw in its order', [], ['v1', 'v3'], [appended(1, 1), read(2, 'v1'), appended(3, 2)]],
  ['a read beside an append, which may come first', [], ['v1'], [appended(1, 1, { returned: 9 }), read(2)]],
  ['an open append that is there', [], ['v1'], [operation('append', 1, { outcome: 'unknown' })]],
  ['an open append that is not there', [], [], [operation('append', 1, { outcome: 'unknown' })]],
  ['an acknowledged append that is not there', ['lost-append'], [], [appended(1, 1)]],
  ['an acknowledged append elsewhere', ['lost-append'], ['v0', 'v1'], [appended(1, 1)]],
  ['the same value twice', ['applied-twice'], ['v1', 'v1'], [appended(1, 1)]],
  ['a failed append that is there', ['failed-but-applied'], ['v1'], [operation('append', 1, { outcome: 'fail' })]],
  ['a read of what came to nothing', ['not-a-prefix'], ['v1'], [read(5, 'v2')]],
  ['a read that does not know an earlier append', ['real-time'], ['v1'], [appended(1, 1), read(3)]],
  ['a read that knows less than an earlier read', ['real-time'], ['v1'], [read(1, 'v1'), read(3)]],
  ['an append before an earlier one', ['real-time'], ['v3', 'v1'], [appended(1, 2), appended(3, 1)]],
  [
    'a session that is not found',
    ['session-lost'],
    [],
    [operation('read', 1, { code: 'SessionNotFound', outcome: 'fail' })]
  ],
  ['a session that was ended and answers', ['session-revived'], [], [operation('end', 1, {}), read(3)]],
  [
    'a session that was ended and is not found',
    [],
    [],
    [operation('end', 1, {}), operation('read', 3, { code: 'SessionNotFound', outcome: 'fail' })]
  ]
]

it.each(cases)('%s breaks %j', (_, rules, list, operations) => {
  expect(broken(list, ...operations)).toEqual(rules)
})
