/** What one actor is to ask others. */
export interface AskOrder {
  readonly kind: string
  /** Of those who are asked, in turn. */
  readonly ids: readonly string[]
  readonly inFlight: number
  readonly seconds: number
}

export interface AskResult {
  readonly asks: number
  /** From the first ask to the last answer. */
  readonly seconds: number
}
