/** A message and where its outcome goes; a tell has no `settle`. */
export interface Envelope<M> {
  readonly message: M
  readonly deadline?: number | undefined
  readonly settle?: Settle
  /** Asked once when it has waited: whether it still counts. */
  take?(): boolean
}

export interface Settle {
  resolve(answer: unknown): void
  reject(error: unknown): void
}
