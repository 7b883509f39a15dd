/**
 * `SuiteUnavailable`: a suite is not in the cache and npm could not get it. `SuiteUnreadable`: it did not end as its
 * versions are known to end. `UnknownScenario`: no chosen set has a scenario of that name.
 */
export type ConformanceErrorCode = 'SuiteUnavailable' | 'SuiteUnreadable' | 'UnknownScenario'

/** Nothing can be said about conformance. A failed check is a result and not an error. */
export class ConformanceError extends Error {
  override readonly name = 'ConformanceError'
  readonly code: ConformanceErrorCode

  constructor(message: string, init: { readonly code: ConformanceErrorCode; readonly cause?: unknown }) {
    super(message, 'cause' in init ? { cause: init.cause } : {})
    this.code = init.code
  }
}
