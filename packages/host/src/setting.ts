import type { Static, TArray, TOptional, TSchema } from '@sinclair/typebox'

/** Which process reads a setting. */
export type Role = 'gateway' | 'worker'

/** One row of the table in `settings.ts`. Its key, `group.name`, is its place in a file and in the resolved object. */
export interface Setting<S extends TSchema = TSchema> {
  /** What is allowed, and the default. Without a default it must be optional. */
  readonly schema: S
  /** One line for `--help` and the documentation. */
  readonly doc: string
  readonly roles: readonly Role[]
  /** Shorter than the flag that its key gives. */
  readonly flag?: `--${string}`
  /** A variable that others use for the same, read after our own. */
  readonly alias?: string
  /** Never a flag, never in a file, never printed; its variable has a `_FILE` form that names a file with the value. */
  readonly isSecret?: boolean
}

/** The resolved value of a schema: optional ones may be undefined, lists are read-only. */
export type SettingValue<S extends TSchema> =
  S extends TOptional<TSchema>
    ? Static<S> | undefined
    : S extends TArray<infer Item>
      ? readonly Static<Item>[]
      : Static<S>

/** `http.bodyLimitBytes` → `SCALED_MCP_HTTP_BODY_LIMIT_BYTES`. */
export function variableOf(key: string): string {
  return `SCALED_MCP_${words(key).join('_').toUpperCase()}`
}

/** `http.bodyLimitBytes` → `--http-body-limit-bytes`, unless the row has a flag of its own; none for a secret. */
export function flagOf(key: string, setting: Setting): string | undefined {
  if (setting.isSecret) return undefined
  return setting.flag ?? `--${words(key).join('-')}`
}

function words(key: string): string[] {
  return key
    .replace(/[A-Z]/g, (letter) => `.${letter}`)
    .toLowerCase()
    .split('.')
}
