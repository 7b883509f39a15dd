import type { Termination } from '@scaled-mcp/actor'

/** Whom an order is for: kind and id. */
export type To = readonly [kind: string, id: string]

/** What {@link Scripted} takes: something to do, as data, so that it can be sent to any process. */
export type Order =
  /** Answers `value`, or undefined. */
  | { readonly do: 'answer'; readonly value?: unknown }
  /** Answers what JSON does not hold. */
  | { readonly do: 'answer a function' }
  | { readonly do: 'throw'; readonly name?: string; readonly message?: string; readonly code?: string }
  /** Keeps a text in a field, and answers it. */
  | { readonly do: 'note'; readonly text: string }
  /** Answers every text kept by this instance. */
  | { readonly do: 'read notes' }
  | { readonly do: 'sleep'; readonly ms: number; readonly note?: string }
  /** Sleeps until `open` comes to the gate, an actor of the kind `gate`. */
  | { readonly do: 'wait'; readonly gate: string }
  /** Sleeps until nobody waits for the answer, and keeps a text then. */
  | { readonly do: 'wait for abort'; readonly note: string }
  /** Of a gate. */
  | { readonly do: 'pass' | 'open' | 'count waiting' }
  /** Answers how many turns of this instance have run at once. */
  | { readonly do: 'count at once' }
  /** Answers how many instances of this actor its process has made. */
  | { readonly do: 'count instances' }
  | { readonly do: 'tell context' }
  /** Answers what `to` answered, and the own context. */
  | { readonly do: 'ask'; readonly to: To; readonly order: Order; readonly timeoutMs?: number }
  | { readonly do: 'tell'; readonly to: To; readonly order: Order }
  | { readonly do: 'reply'; readonly order: Order }
  | { readonly do: 'watch' | 'unwatch'; readonly name: string }
  /** Answers whose end this instance was told of. */
  | { readonly do: 'read ends' }
  | { readonly do: 'set timer'; readonly ms: number; readonly order: Order }
  | { readonly do: 'stop'; readonly child?: string }
  /** Tells `to` when this instance stops. */
  | { readonly do: 'say when you stop'; readonly to: To; readonly text: string }
  | { readonly do: 'spawn child'; readonly name: string; readonly onFailure?: 'resume' | 'stop' | 'escalate' }
  | { readonly do: 'ask child'; readonly name: string; readonly order: Order }
  /** Adds one to the durable count, after `ms`, and answers the state. */
  | { readonly do: 'add'; readonly ms?: number }
  /** Makes the durable state this large. */
  | { readonly do: 'pad'; readonly bytes: number }
  | { readonly do: 'read state' }
  /** Answers what the updates of an actor by this process were refused with. */
  | { readonly do: 'read refusals'; readonly name: string }

/** The context of a message, as far as it is data. */
export interface Told {
  readonly sender?: string
  readonly deadline?: number
  readonly trace?: string
  readonly principal?: string
}

/** What an `ask` answers. */
export interface Asked {
  readonly own: Told
  readonly answer: unknown
}

/** The end of a watched actor, as far as it is data. */
export interface End {
  readonly name: string
  readonly kind: Termination['kind']
  readonly error?: string
  readonly worker?: string
}

/** The durable state. */
export interface Tally {
  readonly count: number
  readonly padding?: string
}
