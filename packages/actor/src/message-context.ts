/**
 * What a message waits behind: `reply` before `client` before `background`. Of messages that both wait, at least one of
 * `background` is handled after eight of `client`, so that it is slow and not starved.
 */
export type Lane = 'reply' | 'client' | 'background'

/** What travels with a message. */
export interface MessageContext {
  /** Latest moment to wait until, in milliseconds since 1970; the earlier of both counts. */
  readonly deadline?: number | undefined
  /** W3C `traceparent` of the work that this message belongs to. */
  readonly trace?: string | undefined
  /** On whose behalf: the subject of the verified principal. */
  readonly principal?: string | undefined
  /** Name of the actor that sends. */
  readonly sender?: string | undefined
  /** Default: `client`. */
  readonly lane?: Lane | undefined
}
