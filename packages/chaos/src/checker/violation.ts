/** A promise that was not kept. */
export interface Violation {
  readonly rule:
    | 'lost'
    | 'duplicated'
    | 'swapped'
    | 'ran-unasked'
    | 'disordered'
    | 'forgotten'
    /** 404, or a session that cannot be opened. */
    | 'not-found'
    /** Answered with what no fault excuses. */
    | 'unexpected'
    /** Never answered. */
    | 'hung'
    /** Nobody knows whether it ran, without a fault that allows that. */
    | 'interrupted'
    /** Of an event of the standalone stream. */
    | 'event-lost'
    | 'event-twice'
    | 'event-disordered'
    | 'event-swapped'
    /** Of a ledger that sessions share. */
    | 'ledger-lost'
    | 'ledger-duplicated'
    | 'ledger-swapped'
    | 'ledger-ran-unasked'
    | 'ledger-forked'
    /** Of a watcher of tasks. */
    | 'watch-untold'
    | 'watch-twice'
    | 'watch-unexcused'
  readonly session: string | undefined
  /** The deed that shows it. */
  readonly op?: number
  readonly text: string
}
