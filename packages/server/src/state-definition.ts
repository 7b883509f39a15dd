import { must } from './must.ts'

/** The shape of a durable state. */
export interface StateDefinition<State> {
  /** Of the shape, from 1. Raise it with every change that old values do not fit. */
  readonly version: number
  /** The state of what is new. */
  initial(): State
  /** Turns a value stored under an older `version` into today's. Without it what holds such a value cannot be restored. */
  upcast?(value: unknown, version: number): State
}

/** @throws ScaledMcpError `ServerModuleInvalid` naming the member of `path` that is wrong. */
export function checkState({ version, initial, upcast = initial }: StateDefinition<unknown>, path: string): void {
  must(Number.isInteger(version) && version >= 1, `${path}.version must be an integer from 1`)
  must(typeof initial === 'function', `${path}.initial must be a function that returns the first state`)
  must(typeof upcast === 'function', `${path}.upcast must be a function`)
}
