import type { AskOrder, AskResult } from './ask-order.ts'

/** Asks for so long, with so many in flight; `ask` is given the number of the ask. Rejects when one fails. */
export async function askFor(
  { inFlight, seconds }: Pick<AskOrder, 'inFlight' | 'seconds'>,
  ask: (i: number) => Promise<unknown>
): Promise<AskResult> {
  let asks = 0
  const begun = performance.now()
  const end = begun + seconds * 1_000
  const lane = async () => {
    while (performance.now() < end) await ask(asks++)
  }
  await Promise.all(Array.from({ length: inFlight }, lane))
  return { asks, seconds: (performance.now() - begun) / 1_000 }
}
