import type { ActorRef } from './actor-ref.ts'
import type { Termination } from './terminated.ts'

/** Actors beyond this process. */
export interface Beyond {
  /** Whether the cluster, not this process, knows where `name` lives. */
  covers(name: string): boolean
  /** Finds a living actor. Rejects with `ActorNotFound`. */
  actorOf<M, R = unknown>(name: string): Promise<ActorRef<M, R>>
  /** A ref to an actor that its first message activates. @throws ActorError `ActorKindUnknown`. */
  getOrActivate<M, R = unknown>(kind: string, id: string): ActorRef<M, R>
  /** A ref to whoever may be there, without asking. */
  refTo<M, R = unknown>(name: string): ActorRef<M, R>
  /** Calls `ended` once when it has; returns a function that ends the watch. */
  watch(name: string, ended: (reason: Termination) => void): () => void
}
