import { setTimeout as delay } from 'node:timers/promises'

export interface UntilOptions {
  /** Default 5000 milliseconds. */
  readonly timeoutMs?: number
  /** What is waited for, for the error: "the session has a new owner". */
  readonly describe?: string
}

type Falsy = false | null | undefined | 0 | ''

const POLL_MS = 10

/**
 * Polls a condition until it is truthy and returns its value. The only place where a test waits.
 *
 * @throws {Error} when the deadline passes; `cause` is what the condition threw last, if it did.
 */
export async function until<T>(
  condition: () => T | Promise<T>,
  options: UntilOptions = {}
): Promise<Exclude<T, Falsy>> {
  const { timeoutMs = 5000, describe = String(condition) } = options
  const deadline = performance.now() + timeoutMs
  let cause: unknown
  do {
    try {
      const value = await condition()
      if (value) return value as Exclude<T, Falsy>
      cause = undefined
    } catch (error) {
      cause = error
    }
    await delay(POLL_MS)
  } while (performance.now() < deadline)
  throw new Error(`not so within ${timeoutMs} ms: ${describe}`, { cause })
}
