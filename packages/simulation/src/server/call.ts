/** What a client asks the plain server for. */
export interface Call {
  /** `append` is run once at most; `put` appends what is not there yet, and may run twice; `read` only reads. */
  readonly tool: 'append' | 'put' | 'read'
  readonly value: string
  /** How long the handler waits before and after it does it, in milliseconds of its own clock. */
  readonly beforeMs: number
  readonly afterMs: number
  /** It goes on when it is cancelled. */
  readonly isStubborn: boolean
  /** What it tells before it does it. Default: nothing. */
  readonly report?: Report
}

/** Progress that a handler tells of: numbers from 1, of one run of it. */
export interface Report {
  readonly steps: number
  /** How many numbers it tells at each step, without waiting for one to be stored before the next. */
  readonly burst: number
  /** How long it waits before each step, in milliseconds of its own clock. */
  readonly stepMs: number
  /** After which step it ends its client's connections, for the client to come back; 0: never. */
  readonly closesAfter: number
}
