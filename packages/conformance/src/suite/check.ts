import { ConformanceError } from '../conformance-error.ts'

/** One check of a scenario, as a suite writes it into `checks.json`. */
export interface Check {
  readonly name: string
  readonly description: string
  /** Only these say something about the server; the others, such as `INFO`, tell what was sent. */
  readonly status: 'SUCCESS' | 'FAILURE' | 'WARNING' | (string & {})
  readonly errorMessage?: string
}

/** The content of a `checks.json`. @throws {ConformanceError} `SuiteUnreadable` when it is not a list of checks. */
export function parseChecks(json: string): readonly Check[] {
  const value: unknown = JSON.parse(json)
  if (Array.isArray(value) && value.every(isCheck)) return value
  throw new ConformanceError('checks.json holds something else than checks', { code: 'SuiteUnreadable' })
}

function isCheck(value: unknown): value is Check {
  if (typeof value !== 'object' || value === null) return false
  const { name, description, status, errorMessage } = value as { readonly [key: string]: unknown }
  const texts = [name, description, status, errorMessage ?? '']
  return texts.every((text) => typeof text === 'string')
}
