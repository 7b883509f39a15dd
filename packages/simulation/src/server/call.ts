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
}
