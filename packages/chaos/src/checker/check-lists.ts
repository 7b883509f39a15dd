/**
 * What a session's list has to hold, whenever it is read: its client does one deed after the other.
 *
 * L1  lost: what was acknowledged before the reading began is in it.
 * L2  duplicated: nothing is in it twice.
 * L3  swapped: nothing is in it that this session did not ask for.
 * L4  ran-unasked: nothing is in it whose deed was answered with "did not run".
 * L5  disordered: what is in it is in the order in which it was asked for.
 * L6  forgotten: what was in it once stays in it.
 */
import type { DoneDeed } from './deeds.ts'
import type { Violation } from './violation.ts'

/** @param deeds of one session, in the order in which they began. */
export function checkLists(session: string, deeds: readonly DoneDeed[]): readonly Violation[] {
  const check = new ListCheck(session)
  for (const deed of deeds) check.take(deed)
  return check.violations
}

class ListCheck {
  readonly violations: Violation[] = []
  readonly #session: string
  /** Asked for, in this order, and whether it may and whether it must be in the list. */
  readonly #asked = new Map<string, 'must' | 'may' | 'must not'>()
  #last: readonly string[] = []

  constructor(session: string) {
    this.#session = session
  }

  take({ f, value, end, op }: DoneDeed): void {
    if (value !== undefined) this.#ask(value, end?.type, op)
    if (value !== undefined && end?.type === 'ok' && end.value !== value)
      this.#wrong('swapped', op, [String(end.value)])
    if (f === 'list' && end?.type === 'ok') this.#read(end.value as readonly string[], op)
  }

  #ask(value: string, ended: string | undefined, op: number): void {
    if (this.#asked.has(value)) throw new RangeError(`${value} of ${op} was asked for before`)
    this.#asked.set(value, ended === 'ok' ? 'must' : ended === 'fail' ? 'must not' : 'may')
  }

  #read(list: readonly string[], op: number): void {
    const held = new Set(list)
    const asked = [...this.#asked.keys()]
    this.#wrong(
      'lost',
      op,
      asked.filter((value) => this.#asked.get(value) === 'must' && !held.has(value))
    ) // L1
    this.#wrong(
      'duplicated',
      op,
      list.filter((value, i) => list.indexOf(value) !== i)
    ) // L2
    this.#wrong(
      'swapped',
      op,
      list.filter((value) => !this.#asked.has(value))
    ) // L3
    this.#wrong(
      'ran-unasked',
      op,
      list.filter((value) => this.#asked.get(value) === 'must not')
    ) // L4
    const expected = asked.filter((value) => held.has(value))
    const known = [...held].filter((value) => this.#asked.has(value))
    this.#wrong(
      'disordered',
      op,
      known.filter((value, i) => value !== expected[i])
    ) // L5
    this.#wrong(
      'forgotten',
      op,
      this.#last.filter((value) => !held.has(value) && this.#asked.get(value) !== 'must')
    ) // L6
    this.#last = list
  }

  #wrong(rule: Violation['rule'], op: number, values: readonly string[]): void {
    if (values.length === 0) return
    this.violations.push({ rule, session: this.#session, op, text: values.slice(0, 5).join(', ') })
  }
}
