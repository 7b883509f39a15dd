import { expect, it } from 'vitest'
import { type MutationName, mutations } from '../src/mutations/mutations.ts'
import type { Rule } from '../src/referee/violation.ts'
import { simulate } from '../src/simulation.ts'

/** By mechanism: a seed that shows what follows when it is switched off, and a promise that is broken then. */
const caught: Readonly<Record<MutationName, readonly [number, Rule]>> = {
  'lease-always-held': [1, 'takeover-under-lease'],
  'lease-from-acknowledgement': [11, 'takeover-under-lease'],
  'lease-without-wall-clock': [3, 'takeover-under-lease'],
  'lease-without-monotonic-clock': [1, 'takeover-under-lease'],
  'own-death-ignored': [1, 'risen-again'],
  'silence-too-short': [1, 'takeover-under-lease'],
  'verdict-blind': [27, 'takeover-under-lease'],
  'owner-not-dead': [1, 'owner-change'],
  'claim-blind': [1, 'owner-change'],
  'ended-is-released': [6, 'session-revived'],
  'ownership-unchecked': [1, 'handler-order'],
  'state-blind': [2, 'state-epoch'],
  'state-unsealed': [8, 'fencing'],
  'state-unsettled': [37, 'state-epoch'],
  'own-write-unrecognised': [1, 'false-death'],
  'return-untold': [14, 'hung'],
  'second-attempt-as-first': [1, 'applied-twice'],
  'once-run-twice': [1, 'applied-twice'],
  'log-blind': [1, 'event-epoch'],
  'log-unsealed': [8, 'event-lost'],
  'own-event-unrecognised': [13, 'two-answers'],
  'event-sent-early': [1, 'event-forgotten'],
  'stream-not-replayed': [1, 'hung'],
  'stream-without-request': [1, 'hung'],
  'stream-end-overlooked': [5, 'two-answers'],
  'last-event-untold': [1, 'event-order']
}

it.each(Object.entries(caught))('without %s a promise is broken, and seen to be', async (name, [seed, rule]) => {
  const { violations } = await simulate({ seed, mutation: mutations[name as MutationName] })
  expect(violations.map((violation) => violation.rule)).toContain(rule)
})
