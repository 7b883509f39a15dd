import type { ActorRef, AskOptions } from './actor-ref.ts'

/** What an actor may use while it handles a message. Always send through it, so that the deadline travels. */
export interface ActorContext {
  readonly self: ActorRef<unknown>
  /** When the asker of this message gives up, in milliseconds since 1970; undefined when nobody waits. */
  readonly deadline: number | undefined
  /** Aborted when the actor is told to stop. */
  readonly signal: AbortSignal
  /** Sends one way. @throws ActorError `MailboxFull` or `ActorStopped`. */
  tell<M>(to: ActorRef<M>, message: M): void
  /** Asks, waiting no longer than the deadline of the message being handled. */
  ask<M, R>(to: ActorRef<M, R>, message: M, options?: AskOptions): Promise<R>
}
