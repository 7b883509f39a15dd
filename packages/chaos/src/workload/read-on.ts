import { setTimeout as delay } from 'node:timers/promises'
import { eventsOf, type RawSession, type SeenEvent } from '@scaled-mcp/testkit'

/** The answer was cut before anything that one could come back with: nobody knows what became of its request. */
export class Cut extends Error {}

/** An answer that no fault excuses. */
export class Unexpected extends Error {}

/** What did not run, and may be tried again. */
export const RETRIED: readonly number[] = [409, 429, 502, 503, 504]
const AGAIN_MS = 50
/** Longer than any fault lasts, in milliseconds. */
export const HUNG_MS = 60_000

/**
 * The events of a stream. Comes back as often as its connection ends before `signal` says that it is enough.
 * @throws Cut, {@link Unexpected}.
 */
export async function* readOn(session: RawSession, response: Response, signal: AbortSignal): AsyncGenerator<SeenEvent> {
  let last: string | undefined
  for (let current = response; ; current = await comeBack(session, last, signal)) {
    for await (const event of uncut(current)) {
      last = event.id ?? last
      yield event
    }
    if (signal.aborted) return
    if (last === undefined) throw new Cut()
  }
}

/** Reads the standalone stream, or what followed an event, as soon as somebody lets it. @throws {@link Unexpected}. */
export async function comeBack(session: RawSession, last: string | undefined, signal: AbortSignal): Promise<Response> {
  const hungAt = performance.now() + HUNG_MS
  for (;;) {
    const response = await session.get(last, signal).catch(() => undefined)
    if (response?.ok) return response
    signal.throwIfAborted()
    const body = await response?.text().catch(() => '')
    const isRefused = response && !RETRIED.includes(response.status)
    if (isRefused || performance.now() > hungAt) throw new Unexpected(`${response?.status ?? 'no answer'} ${body}`)
    await delay(AGAIN_MS)
  }
}

/** A JSON answer whose body is cut is no event. */
async function* uncut(response: Response): AsyncGenerator<SeenEvent> {
  try {
    yield* eventsOf(response)
  } catch (error) {
    if (!(error instanceof TypeError)) throw error
  }
}
