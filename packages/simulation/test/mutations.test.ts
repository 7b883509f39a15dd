import { expect, it } from 'vitest'
import { type MutationName, mutations } from '../src/mutations/mutations.ts'
import type { Rule } from '../src/referee/violation.ts'
import { simulate } from '../src/simulation.ts'

/** By mechanism: a seed that shows what follows when it is switched off, and a promise that is broken then. */
const caught: Readonly<Record<MutationName, readonly [number, Rule]>> = {
  'lease-always-held': [1, 'takeover-under-lease'],
  'lease-from-acknowledgement': [8, 'takeover-under-lease'],
  'lease-without-wall-clock': [5, 'takeover-under-lease'],
  'lease-without-monotonic-clock': [2, 'takeover-under-lease'],
  'own-death-ignored': [1, 'risen-again'],
  'silence-too-short': [1, 'takeover-under-lease'],
  'verdict-blind': [10, 'takeover-under-lease'],
  'owner-not-dead': [1, 'owner-change'],
  'claim-blind': [1, 'owner-change'],
  'ended-is-released': [21, 'session-revived'],
  'ownership-unchecked': [1, 'handler-order'],
  'state-blind': [6, 'state-epoch'],
  'state-unsealed': [6, 'fencing'],
  'state-unsettled': [22, 'lost-append'],
  'own-write-unrecognised': [1, 'false-death'],
  'return-untold': [1, 'hung'],
  'second-attempt-as-first': [1, 'applied-twice'],
  'once-run-twice': [1, 'applied-twice']
}

it.each(Object.entries(caught))('without %s a promise is broken, and seen to be', async (name, [seed, rule]) => {
  const { violations } = await simulate({ seed, mutation: mutations[name as MutationName] })
  expect(violations.map((violation) => violation.rule)).toContain(rule)
})
