import { ActorError, type ActorRef } from '@scaled-mcp/actor'

/** The way to the actors of the cluster. A name is `kind/id`, whichever worker the actor lives on. */
export interface Actors {
  /**
   * The actor of a declared `kind` with this id; a message activates it where it does not live.
   * @throws ActorError `ActorKindUnknown`. @throws TypeError for an id that is empty or has a `/`.
   */
  getOrActivate<M, R = unknown>(kind: string, id: string): ActorRef<M, R>
  /** An actor that exists. Rejects with `ActorNotFound`, `ActorUnreachable` when the store does not answer. */
  actorOf<M, R = unknown>(name: string): Promise<ActorRef<M, R>>
  /**
   * Creates an actor of a declared kind on a worker of the cluster's choice; resolves once its `start` has finished.
   * Rejects with `NameTaken`, `ActorKindUnknown`, what `create` or `start` threw, `QuotaExceeded`, and `ActorMoved` when its
   * worker died before it said whether the actor lives.
   */
  spawn<M, R = unknown>(kind: string, id: string): Promise<ActorRef<M, R>>
}

/** Who sends what is sent through {@link Actors}. */
export interface Sender {
  readonly name: string
  /** The subject of the principal on whose behalf it sends. */
  readonly principal?: string | undefined
}

/** The actors of the cluster, for one sender. */
export type ActorsOf = (sender: Sender) => Actors

/** The actors of a server whose definition declares none. */
export const noActors: Actors = {
  getOrActivate: (kind) => {
    throw new ActorError('ActorKindUnknown', kind)
  },
  actorOf: async (name) => {
    throw new ActorError('ActorNotFound', name)
  },
  spawn: async (kind) => {
    throw new ActorError('ActorKindUnknown', kind)
  }
}
