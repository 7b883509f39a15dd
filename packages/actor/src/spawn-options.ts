import type { Actor } from './actor.ts'
import type { ActorRef } from './actor-ref.ts'
import type { Directive, Supervision } from './supervision.ts'

/** `D` is what the actor's supervision may decide for. */
export interface SpawnOptions<D extends Directive = Directive> {
  /** How many messages of one sender may wait, when no other has any; those of all together are twice as many. Default 256. */
  readonly mailbox?: number
  /** How many messages the actor handles at once. Default 1. */
  readonly interleave?: number
  /** Default: it resumes. */
  readonly supervision?: Supervision<D>
}

/**
 * Creates an actor; resolves once its `start` has finished. Only what can be made anew can be restarted, so `restart`
 * wants a function that makes the actor.
 *
 * Rejects with `NameTaken` when the name lives, `ActorStopped` when the system or the parent stops, and what `start`
 * threw. `name` is `kind/id`; that of a child is added to the name of its parent: `shop/1/parser/1`.
 */
export interface Spawn {
  <M, R>(name: string, make: () => Actor<M, R>, options?: SpawnOptions): Promise<ActorRef<M, R>>
  <M, R>(
    name: string,
    actor: Actor<M, R>,
    options?: SpawnOptions<Exclude<Directive, 'restart'>>
  ): Promise<ActorRef<M, R>>
}
