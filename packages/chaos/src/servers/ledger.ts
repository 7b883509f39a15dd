import { setTimeout as delay } from 'node:timers/promises'
import { Actor } from '@scaled-mcp/actor'
import { defineActor, type SessionState } from '@scaled-mcp/server'

export type LedgerOrder =
  | { readonly do: 'enter'; readonly value: string }
  | { readonly do: 'read' }
  | { readonly do: 'close' }

/** Faults meet what is stored and not answered. */
const ANSWER_MS = 15

type Entries = readonly string[]

/** What many sessions enter values into: what was entered twice, or not at all, can be seen in it. */
class Ledger extends Actor<LedgerOrder, unknown> {
  readonly #state: SessionState<Entries>

  constructor(state: SessionState<Entries>) {
    super()
    this.#state = state
  }

  override async receive(order: LedgerOrder, context: { stop(): void }): Promise<unknown> {
    if (order.do === 'read') return this.#state.get()
    if (order.do === 'close') return context.stop()
    await this.#state.update((entries) => [...entries, order.value])
    await delay(ANSWER_MS)
    return order.value
  }
}

export const ledger = defineActor<Entries>({
  state: { version: 1, initial: () => [] },
  create: ({ state }) => new Ledger(state)
})
