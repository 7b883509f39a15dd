import type { ActorRef, AskOptions, TellOptions } from './actor-ref.ts'
import type { Timer } from './clock.ts'
import type { Spawn } from './spawn-options.ts'

/**
 * What an actor may use while it handles a message. Always send through it, so that what belongs to the message travels:
 * its deadline, its trace, and on whose behalf it was sent.
 *
 * `M` is what the actor receives.
 */
export interface ActorContext<M = unknown> {
  readonly self: ActorRef<M>
  /** Who sent this message; undefined when no actor did, or it did not say. */
  readonly sender: ActorRef<unknown> | undefined
  /** When the asker of this message gives up, in milliseconds since 1970; undefined when nobody waits. */
  readonly deadline: number | undefined
  /** W3C `traceparent` of the work that this message belongs to. */
  readonly trace: string | undefined
  /** On whose behalf this message was sent: the subject of the verified principal. */
  readonly principal: string | undefined
  /**
   * Aborted when the asker of this message gives up, or the actor is told to stop or to make way for a new instance. With
   * the turn of an ask its signal ends, too: work that goes on after it takes the signal of `start`.
   */
  readonly signal: AbortSignal
  /**
   * Sends one way, with the deadline, the trace and the principal of the message being handled, and in the name of this
   * actor. `options` go before the trace and the principal; of two deadlines the earlier counts.
   * @throws ActorError `MailboxFull` or `ActorStopped`.
   */
  tell<N>(to: ActorRef<N>, message: N, options?: TellOptions): void
  /** Asks, with what {@link tell} sends along, and waits no longer than the deadline of the message being handled. */
  ask<N, R>(to: ActorRef<N, R>, message: N, options?: AskOptions): Promise<R>
  /** Finds a living actor by its full name. Rejects with `ActorNotFound`. */
  actorOf<N, R = unknown>(name: string): Promise<ActorRef<N, R>>
  /** A ref to whoever is called so, without asking whether it lives: for a name that was kept. */
  refTo<N, R = unknown>(name: string): ActorRef<N, R>
  /** A ref to the actor of a kind that the system declares; its first message activates it. @throws ActorError `ActorKindUnknown`. */
  getOrActivate<N, R = unknown>(kind: string, id: string): ActorRef<N, R>
  /**
   * Creates a child of this actor, which ends with it, at the latest. Its full name is that of this actor and its own:
   * `parser/1` of `shop/1` is `shop/1/parser/1`.
   */
  readonly spawn: Spawn
  /**
   * Ends this actor, or its child of that own name, without waiting: an actor that waited for its own end would wait for
   * ever. No other actor can be ended this way.
   */
  stop(child?: string): void
  /**
   * Sends this actor a message in `ms` milliseconds. The timer dies with the instance that set it: a new instance has to
   * set its own.
   */
  after(ms: number, message: M): Timer
  /**
   * Has `terminated` of this actor called once when the actor of this full name has ended, at once if it does not live. A
   * restart is no end. A new instance of this actor has to watch anew.
   * @throws TypeError when this actor has no `terminated`.
   */
  watch(name: string): void
  /** From now on `terminated` is not called for this one. */
  unwatch(name: string): void
}
