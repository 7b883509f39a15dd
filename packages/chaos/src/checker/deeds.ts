import type { Ended, HistoryEvent, Invoked } from '../history.ts'

/** A deed from its beginning to its end. */
export interface DoneDeed extends Invoked {
  readonly began: number
  /** Undefined: it never ended. */
  readonly end: (Ended & { readonly at: number }) | undefined
}

/** The deeds of a history, in the order in which they began. */
export function deedsOf(history: readonly HistoryEvent[]): readonly DoneDeed[] {
  const ends = new Map<number, Ended & { readonly at: number }>()
  for (const event of history) if (isEnd(event)) ends.set(event.op, event)
  return history.flatMap((event) => {
    if (event.type !== 'invoke') return []
    const end = ends.get(event.op)
    const session = event.session ?? end?.session // of `open` only its end knows it
    return [{ ...event, ...(session !== undefined && { session }), began: event.at, end }]
  })
}

function isEnd(event: HistoryEvent): event is Ended & { readonly at: number } {
  return event.type === 'ok' || event.type === 'fail' || event.type === 'interrupted'
}
