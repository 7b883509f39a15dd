import type { ActorRef, AskOptions } from './actor-ref.ts'
import type { Timer } from './clock.ts'
import type { Spawn } from './spawn-options.ts'

/**
 * What an actor may use while it handles a message. Always send through it, so that the deadline travels.
 *
 * `M` is what the actor receives.
 */
export interface ActorContext<M = unknown> {
  readonly self: ActorRef<M>
  /** When the asker of this message gives up, in milliseconds since 1970; undefined when nobody waits. */
  readonly deadline: number | undefined
  /** Aborted when the actor is told to stop, or to make way for a new instance. */
  readonly signal: AbortSignal
  /** Sends one way. @throws ActorError `MailboxFull` or `ActorStopped`. */
  tell<N>(to: ActorRef<N>, message: N): void
  /** Asks, waiting no longer than the deadline of the message being handled. */
  ask<N, R>(to: ActorRef<N, R>, message: N, options?: AskOptions): Promise<R>
  /** Creates a child of this actor, which ends with it, at the latest. */
  readonly spawn: Spawn
  /** Ends this actor, or the one named, without waiting: an actor that waited for its own end would wait for ever. */
  stop(name?: string): void
  /**
   * Sends this actor a message in `ms` milliseconds. The timer dies with the instance that set it: a new instance has to
   * set its own.
   */
  after(ms: number, message: M): Timer
  /**
   * Has `terminated` of this actor called once when the actor named has ended, at once if it does not live here. A restart
   * is no end. A new instance of this actor has to watch anew.
   * @throws TypeError when this actor has no `terminated`.
   */
  watch(name: string): void
  /** From now on `terminated` is not called for this one. */
  unwatch(name: string): void
}
