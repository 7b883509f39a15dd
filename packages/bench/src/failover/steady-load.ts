import type { CountingSession, Outcome } from './counting-session.ts'

/** One call and when it was made, on the clock of `performance.now()`. */
export interface Call {
  readonly begun: number
  readonly ended: number
  readonly outcome: Outcome
}

const LANES = 16

/** Has randomly chosen sessions count, one call after the other in each of a few lanes, until the signal is given. */
export async function callUntil(signal: AbortSignal, sessions: readonly CountingSession[]): Promise<readonly Call[]> {
  const calls: Call[] = []
  const lanes = Array.from({ length: LANES }, async (_, lane) => {
    const own = sessions.filter((_, i) => i % LANES === lane) // a session has one call under way at a time
    while (own.length > 0 && !signal.aborted) calls.push(await callOneOf(own))
  })
  await Promise.all(lanes)
  return calls
}

async function callOneOf(sessions: readonly CountingSession[]): Promise<Call> {
  const session = sessions[Math.floor(Math.random() * sessions.length)] as CountingSession
  const begun = performance.now()
  const outcome = await session.count()
  return { begun, ended: performance.now(), outcome }
}
