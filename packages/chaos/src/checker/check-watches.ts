/**
 * What the watchers of tasks are told.
 *
 * W1  watch-untold: each watcher of a task that has ended is told so, whatever became of its own worker.
 * W2  watch-twice: and once only.
 * W3  watch-unexcused: a task is lost only with a worker that was struck, and not by a drain; that there is none is told
 *     only by a watcher that had to begin anew, as its own worker was struck.
 */
import { faultRules } from '../arena/faults.ts'
import { groupedBy } from '../grouped-by.ts'
import type { DoneDeed } from './deeds.ts'
import type { Strike } from './strikes.ts'
import type { Violation } from './violation.ts'

interface End {
  readonly name: string
  readonly kind: string
  readonly worker?: string
}

/** @param deeds of all sessions. */
export function checkWatches(deeds: readonly DoneDeed[], strikes: readonly Strike[]): readonly Violation[] {
  const retired = deeds.filter(({ f, end }) => f === 'retire' && end?.type === 'ok')
  const readings = groupedBy(
    deeds.filter(({ f, end }) => f === 'ends' && end?.type === 'ok'),
    ({ actor }) => actor as string
  )
  return [...readings].flatMap(([watcher, own]) => {
    const last = own.at(-1) as DoneDeed
    const ends = (last.end as { readonly value?: unknown }).value as readonly End[]
    const owed = retired.filter(({ watchers, end }) => watchers?.includes(watcher) && (end?.at ?? 0) <= last.began)
    const wrong = {
      'watch-untold': owed
        .map(({ actor }) => actor as string)
        .filter((task) => !ends.some(({ name }) => name === task)),
      'watch-twice': ends.map(({ name }) => name).filter((name, i, names) => names.indexOf(name) !== i),
      'watch-unexcused': ends.filter((end) => !isExcused(end, strikes)).map(({ name, kind }) => `${name} ${kind}`)
    } as const
    return Object.entries(wrong).flatMap(([rule, found]): Violation[] => {
      const text = `${watcher}: ${found.slice(0, 5).join(', ')}`
      return found.length === 0 ? [] : [{ rule: rule as keyof typeof wrong, session: undefined, op: last.op, text }]
    })
  })
}

/** W3 */
function isExcused({ kind, worker }: End, strikes: readonly Strike[]): boolean {
  const struck = strikes.filter(({ f }) => faultRules[f].interrupts)
  if (kind === 'lost') return struck.some(({ victim }) => victim === worker)
  return kind === 'stopped' || (kind === 'notFound' && struck.length > 0)
}
