import type { MessageContext } from './message-context.ts'

/** A message, what travels with it, and where its outcome goes; a tell has no `settle`. */
export interface Envelope<M> extends MessageContext {
  readonly message: M
  readonly settle?: Settle | undefined
  /** Asked once, when its turn has come: whether it still counts. One that does not is dropped; its owner has settled it. */
  take?(): boolean
}

/** Takes the outcome of an ask. What `resolve` throws, `reject` is told. */
export interface Settle {
  resolve(answer: unknown): void
  reject(error: unknown): void
  /** Takes why the message was never handled. Default: as {@link reject}. */
  refuse?(error: unknown): void
  /** Aborted when the asker gives up. Read only when the actor wants to know. */
  readonly signal?: AbortSignal | undefined
}
