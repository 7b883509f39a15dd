import type { ActorContext } from './actor-context.ts'
import type { Terminated } from './terminated.ts'

/**
 * A live object with a name, a mailbox and no other way in. Messages are handled one at a time unless the actor
 * was spawned with a wider `interleave`.
 *
 * `M` is what it receives, `R` what it answers. Messages are immutable: declare their members `readonly`.
 */
export abstract class Actor<M, R = unknown> {
  /**
   * Called once before the first message, which waits for it. When it throws, the actor never lives; in an instance made
   * by a restart, that counts as its next failure.
   */
  start?(context: ActorContext<M>): void | Promise<void>

  /**
   * Handles one message; what it returns answers an ask. What it throws rejects the ask, and its supervision
   * decides what becomes of the actor: it goes on when nothing else is said.
   */
  abstract receive(message: M, context: ActorContext<M>): R | Promise<R>

  /** Hears once of the end of each actor that it watches; a turn like that of a message, and before those that wait. */
  terminated?(terminated: Terminated, context: ActorContext<M>): void | Promise<void>

  /** Called once, after the last message was handled and the children have ended. */
  stop?(): void | Promise<void>
}
