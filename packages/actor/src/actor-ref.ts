export interface AskOptions {
  /** How long to wait, in milliseconds. Default 30,000. */
  readonly timeoutMs?: number | undefined
  readonly signal?: AbortSignal | undefined
  /** Latest moment to wait until, in milliseconds since 1970; the earlier of both counts. */
  readonly deadline?: number | undefined
}

/** A way to reach an actor, wherever it lives. Holding one does not keep the actor alive. */
export interface ActorRef<M, R = unknown> {
  /** `kind/id`. */
  readonly name: string
  /** Sends one way. @throws ActorError `MailboxFull` or `ActorStopped`. */
  tell(message: M): void
  /**
   * Sends and waits for the answer. Rejects with what the actor threw, or an ActorError: `MailboxFull`,
   * `ActorStopped`, `AskTimeout`, `Aborted`.
   */
  ask(message: M, options?: AskOptions): Promise<R>
}
