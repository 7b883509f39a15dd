import type { MessageContext } from './message-context.ts'

/** What travels with a message that is told. */
export type TellOptions = MessageContext

/** What travels with a question, and how long its asker waits. */
export interface AskOptions extends MessageContext {
  /** How long to wait, in milliseconds; `Infinity` for as long as it takes. Default 30,000. */
  readonly timeoutMs?: number | undefined
  /** Aborted when the asker gives up: the ask ends with `Aborted`. */
  readonly signal?: AbortSignal | undefined
}

/** A way to reach an actor, wherever it lives. Holding one does not keep the actor alive. */
export interface ActorRef<M, R = unknown> {
  /** `kind/id`; that of a child is the name of its parent, and its own. */
  readonly name: string
  /** Sends one way. @throws ActorError `MailboxFull` or `ActorStopped`. */
  tell(message: M, options?: TellOptions): void
  /**
   * Sends and waits for the answer. Rejects with what the actor threw, or an ActorError: `MailboxFull`,
   * `ActorStopped`, `AskTimeout`, `Aborted`.
   */
  ask(message: M, options?: AskOptions): Promise<R>
}
