import { setTimeout as delay } from 'node:timers/promises'

export interface Persistence {
  /** Told of each attempt that failed. */
  readonly failed: (error: unknown) => void
  /** Gives up when aborted, between attempts. */
  readonly signal: AbortSignal
}

const FIRST_WAIT_MS = 100
const LAST_WAIT_MS = 10_000

/** Attempts what may be repeated, with growing pauses, until it succeeds; undefined when it was given up. */
export async function persistently<T>(
  attempt: () => Promise<T>,
  { failed, signal }: Persistence
): Promise<T | undefined> {
  for (let waitMs = FIRST_WAIT_MS; !signal.aborted; waitMs = Math.min(2 * waitMs, LAST_WAIT_MS)) {
    try {
      return await attempt()
    } catch (error) {
      failed(error)
    }
    await paused(waitMs, signal)
  }
  return undefined
}

async function paused(ms: number, signal: AbortSignal): Promise<void> {
  try {
    await delay(ms, undefined, { signal })
  } catch (error) {
    if (!signal.aborted) throw error
  }
}
