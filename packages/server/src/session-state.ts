import { frozenJson, NotJson, ScaledMcpError } from '@scaled-mcp/contracts'
import type { StateDefinition } from './state-definition.ts'

/** The durable state of one session or actor. */
export interface SessionState<State> {
  /** The current value, deeply frozen. */
  get(): State
  /**
   * Replaces the value by `change(value)` and resolves with it once it is durable. Updates run one after
   * the other, so `change` always sees the latest value; it must be synchronous and pure. On failure the value stays.
   * Rejects with `StateNotSerialisable` naming the first value that JSON cannot carry, with `StaleEpoch` when another
   * worker owns it by now, and with what `change` throws.
   */
  update(change: (value: State) => State): Promise<State>
}

/** The record that a state is kept in. */
export interface StateRecordPort {
  read(): { readonly state?: { readonly version: number; readonly value: unknown } | undefined }
  /** Resolves when the change is durable. Rejects with `StaleEpoch`, `StoreUnavailable` or `ValueTooLarge`. */
  write(change: { readonly state: { readonly version: number; readonly value: unknown } }): Promise<void>
}

/** The state kept in the record of a session or of an actor. */
export class RecordedState<State> implements SessionState<State> {
  readonly #record: StateRecordPort
  readonly #version: number
  #value: State
  #last: Promise<unknown> = Promise.resolve()

  /** @throws ScaledMcpError `ServerFailed` when the stored value fits no version the definition knows. */
  constructor(record: StateRecordPort, definition: StateDefinition<State>) {
    this.#record = record
    this.#version = definition.version
    this.#value = json(opened(record.read().state, definition))
  }

  get(): State {
    return this.#value
  }

  update(change: (value: State) => State): Promise<State> {
    const updated = this.#last.then(() => this.#replace(change))
    this.#last = updated.catch(() => undefined) // the caller has the rejection; the next update has to run
    return updated
  }

  async #replace(change: (value: State) => State): Promise<State> {
    const value = json(change(this.#value))
    await this.#record.write({ state: { version: this.#version, value } })
    this.#value = value
    return value
  }
}

function opened<State>(
  stored: { readonly version: number; readonly value: unknown } | undefined,
  { version, initial, upcast }: StateDefinition<State>
): State {
  if (stored === undefined) return initial()
  if (stored.version === version) return stored.value as State
  const gap = `the state is stored in version ${stored.version}, this module's is ${version}`
  if (stored.version > version) throw new ScaledMcpError('ServerFailed', `${gap}; deploy the newer module again`)
  if (!upcast) throw new ScaledMcpError('ServerFailed', `${gap}; add state.upcast to convert it`)
  return upcast(stored.value, stored.version)
}

function json<State>(value: State): State {
  try {
    return frozenJson(value)
  } catch (error) {
    throw error instanceof NotJson ? notSerialisable(error) : error
  }
}

function notSerialisable(cause: NotJson): ScaledMcpError {
  return new ScaledMcpError('StateNotSerialisable', cause.message, { cause })
}
