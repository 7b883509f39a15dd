import { setTimeout as delay } from 'node:timers/promises'
import type { CountingSession, Outcome } from './counting-session.ts'

/** How one session came through a fault. */
export interface Recovery {
  /** From the fault to the first call that succeeded; undefined when none did. */
  readonly ms: number | undefined
  /** What became of each of its calls, the last one included. */
  readonly outcomes: readonly Outcome[]
}

const AGAIN_MS = 50
const GIVE_UP_MS = 60_000

/** Calls at once, and again after each error that allows it, until a call succeeds or the session is lost. */
export async function recover(session: CountingSession, since: number): Promise<Recovery> {
  const outcomes: Outcome[] = []
  for (;;) {
    const outcome = await session.count()
    const ms = performance.now() - since
    outcomes.push(outcome)
    if (outcome === 'refused' && ms < GIVE_UP_MS) await delay(AGAIN_MS)
    else if (outcome !== 'interrupted') return { ms: outcome === 'counted' ? ms : undefined, outcomes }
  }
}
