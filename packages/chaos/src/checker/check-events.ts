/**
 * What a client hears on its session's standalone stream: each `append` announces its value.
 *
 * V1  event-lost: what was acknowledged is heard of, sooner or later.
 * V2  event-twice: nothing is heard twice, by its value or by its id.
 * V3  event-disordered: in the order in which it was asked for.
 * V4  event-swapped: nothing is heard that this session did not ask for.
 */
import type { Heard } from '../history.ts'
import type { DoneDeed } from './deeds.ts'
import type { Violation } from './violation.ts'

/** @param deeds of one session, in the order in which they began. */
export function checkEvents(
  session: string,
  deeds: readonly DoneDeed[],
  heard: readonly Heard[]
): readonly Violation[] {
  const appends = deeds.filter(({ f }) => f === 'append')
  const asked = appends.map(({ value }) => value as string)
  const acknowledged = appends.filter(({ end }) => end?.type === 'ok').map(({ value }) => value as string)
  const values = heard.map(({ value }) => value)
  const once = [...new Set(values)]
  const expected = asked.filter((value) => once.includes(value))
  const wrong = [
    ['event-lost', acknowledged.filter((value) => !once.includes(value))],
    ['event-twice', [...repeated(values), ...repeated(heard.map(({ id }) => id))]],
    ['event-disordered', once.filter((value) => asked.includes(value)).filter((value, i) => value !== expected[i])],
    ['event-swapped', once.filter((value) => !asked.includes(value))]
  ] as const
  return wrong.flatMap(([rule, found]) =>
    found.length === 0 ? [] : [{ rule, session, text: found.slice(0, 5).join(', ') }]
  )
}

function repeated(items: readonly string[]): readonly string[] {
  return items.filter((item, i) => items.indexOf(item) !== i)
}
