/**
 * What a ledger has to hold, whenever it is read: many sessions enter values into it at once.
 *
 * A1  ledger-lost: what was acknowledged before the reading began is in it.
 * A2  ledger-duplicated: nothing is in it twice.
 * A3  ledger-swapped: nothing is in it that nobody entered there, and each is answered with its own value.
 * A4  ledger-ran-unasked: nothing is in it whose deed was answered with "did not run".
 * A5  ledger-forked: of two readings one begins with the other, and the later one is not the shorter: there is one owner
 *     at a time, and each goes on where the one before has ended.
 */
import { groupedBy } from '../grouped-by.ts'
import type { DoneDeed } from './deeds.ts'
import type { Violation } from './violation.ts'

interface Reading {
  readonly op: number
  readonly began: number
  readonly ended: number
  readonly entries: readonly string[]
}

/** @param deeds of all sessions. */
export function checkLedgers(deeds: readonly DoneDeed[]): readonly Violation[] {
  const ofLedgers = groupedBy(
    deeds.filter(({ f }) => f === 'enter' || f === 'read'),
    ({ actor }) => actor as string
  )
  return [...ofLedgers].flatMap(([ledger, own]) => checkLedger(ledger, own))
}

function checkLedger(ledger: string, deeds: readonly DoneDeed[]): readonly Violation[] {
  const entered = deeds.filter(({ f }) => f === 'enter')
  const readings = deeds.flatMap(readingOf)
  const wrong = (rule: Violation['rule'], op: number, values: readonly string[]): readonly Violation[] =>
    values.length === 0 ? [] : [{ rule, session: undefined, op, text: `${ledger}: ${values.slice(0, 5).join(', ')}` }]
  const swapped = entered.flatMap(({ end, value, op }) =>
    end?.type === 'ok' && end.value !== value ? wrong('ledger-swapped', op, [String(end.value)]) : []
  )
  const badReadings = readings.flatMap((reading) => [
    ...wrong('ledger-lost', reading.op, lostIn(reading, entered)),
    ...wrong('ledger-duplicated', reading.op, repeated(reading.entries)),
    ...wrong('ledger-swapped', reading.op, unknownIn(reading, entered)),
    ...wrong('ledger-ran-unasked', reading.op, unaskedIn(reading, entered))
  ])
  const forks = forksOf(readings).flatMap(({ op, entries }) => wrong('ledger-forked', op, [entries.join(' ')]))
  return [...swapped, ...badReadings, ...forks]
}

function readingOf({ f, op, began, end }: DoneDeed): readonly Reading[] {
  if (f !== 'read' || end?.type !== 'ok') return []
  return [{ op, began, ended: end.at, entries: end.value as readonly string[] }]
}

function lostIn({ began, entries }: Reading, entered: readonly DoneDeed[]): readonly string[] {
  const held = new Set(entries)
  const mustHold = entered.filter(({ end }) => end?.type === 'ok' && end.at < began)
  return mustHold.map(({ value }) => value as string).filter((value) => !held.has(value)) // A1
}

function repeated(entries: readonly string[]): readonly string[] {
  return entries.filter((value, i) => entries.indexOf(value) !== i) // A2
}

function unknownIn({ entries }: Reading, entered: readonly DoneDeed[]): readonly string[] {
  const asked = new Set(entered.map(({ value }) => value))
  return entries.filter((value) => !asked.has(value)) // A3
}

function unaskedIn({ entries }: Reading, entered: readonly DoneDeed[]): readonly string[] {
  const failed = new Set(entered.filter(({ end }) => end?.type === 'fail').map(({ value }) => value))
  return entries.filter((value) => failed.has(value)) // A4
}

/** A5: readings that contradict one that ended before they began, or the longest of all. */
function forksOf(readings: readonly Reading[]): readonly Reading[] {
  const byEnd = [...readings].sort((a, b) => a.ended - b.ended)
  const longest = readings.reduce<readonly string[]>(
    (most, { entries }) => (entries.length > most.length ? entries : most),
    []
  )
  let known = 0
  let next = 0
  return [...readings]
    .sort((a, b) => a.began - b.began)
    .filter(({ began, entries }) => {
      for (; (byEnd[next]?.ended ?? Number.POSITIVE_INFINITY) < began; next++) {
        known = Math.max(known, (byEnd[next] as Reading).entries.length)
      }
      return entries.length < known || entries.some((value, i) => value !== longest[i])
    })
}
