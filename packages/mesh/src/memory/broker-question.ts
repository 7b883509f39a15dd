import { ScaledMcpError } from '@scaled-mcp/contracts'
import type { Clock, Timer } from '../clock.ts'

/** What became of a question at the broker. */
export type Settled<T> = { readonly value: T } | { readonly error: unknown }

export function settled<T>(operation: () => T): Settled<T> {
  try {
    return { value: operation() }
  } catch (error) {
    return { error }
  }
}

/** A question to the broker itself. Ends once: with what became of it, or because its answer will not come. */
export class BrokerQuestion<T> {
  readonly answer: Promise<T>
  readonly #timer: Timer
  #resolve: (value: T) => void = () => undefined
  #reject: (error: unknown) => void = () => undefined

  /** @param waitMs how long its answer is waited for, in milliseconds. */
  constructor(clock: Clock, waitMs: number) {
    this.answer = new Promise((resolve, reject) => {
      this.#resolve = resolve
      this.#reject = reject
    })
    this.#timer = clock.after(waitMs, () => this.end({ error: new ScaledMcpError('DeadlineExceeded') }))
  }

  end(outcome: Settled<T>): void {
    this.#timer.cancel()
    if ('error' in outcome) this.#reject(outcome.error)
    else this.#resolve(outcome.value)
  }
}
