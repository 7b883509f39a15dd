import { hasCode, ScaledMcpError } from '@scaled-mcp/contracts'
import { asError } from './as-error.ts'
import { type Clock, pause } from './clock.ts'

/** Rides out a reconnect, a change of a stream's leader, a server's restart. */
const WAITS_MS = [0, 50, 150, 400, 800] as const

/** Whether the store may answer when it is asked once more. */
export function isTransient(error: unknown): boolean {
  return hasCode(error, 'NotDelivered', 'NoResponders', 'ConnectionLost', 'DeadlineExceeded', 'StoreUnavailable')
}

/**
 * Attempts what may be repeated until it succeeds.
 * @throws StoreUnavailable after the last attempt; anything that is not transient, at once.
 */
export async function retrying<T>(clock: Clock, attempt: () => Promise<T>): Promise<T> {
  let failure: unknown
  for (const wait of WAITS_MS) {
    if (wait > 0) await pause(clock, wait)
    try {
      return await attempt()
    } catch (error) {
      if (!isTransient(error)) throw error
      failure = error
    }
  }
  if (hasCode(failure, 'StoreUnavailable')) throw failure
  throw new ScaledMcpError('StoreUnavailable', asError(failure).message, { cause: failure })
}
