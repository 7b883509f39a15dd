import { ActorError } from './actor-error.ts'
import type { ActorRef } from './actor-ref.ts'
import { type Clock, systemClock } from './clock.ts'
import type { ActorEventListener } from './event-stream.ts'
import { LivingActors } from './living-actors.ts'
import type { Spawn } from './spawn-options.ts'

export interface ActorSystemOptions {
  /** Default: the machine's time. */
  readonly clock?: Clock
  /** A number from 0 up to 1. Default: `Math.random`. */
  readonly random?: () => number
  /**
   * Told of what an actor threw where nobody waits for an answer: on a tell, in `stop`; and, as `Escalated`, of what no
   * actor above has handled.
   */
  readonly onFailure: (name: string, error: unknown) => void
}

/** The actors of one process, by name. */
export class ActorSystem {
  readonly #living: LivingActors

  private constructor({ clock = systemClock, random = Math.random, onFailure }: ActorSystemOptions) {
    this.#living = new LivingActors({ clock, random, failed: onFailure })
  }

  static start(options: ActorSystemOptions): ActorSystem {
    return new ActorSystem(options)
  }

  /** How many actors live here. */
  get size(): number {
    return this.#living.size
  }

  /** Creates a topmost actor, as {@link Spawn} says. */
  get spawn(): Spawn {
    return (name, source, options) => this.#living.spawn(name, source, { options })
  }

  /** Finds a living actor. @throws ActorError `ActorNotFound`. */
  actorOf<M, R = unknown>(name: string): ActorRef<M, R> {
    const cell = this.#living.get(name)
    if (!cell) throw new ActorError('ActorNotFound', name)
    return cell.self as ActorRef<M, R>
  }

  /**
   * Ends one actor: refuses what waits, lets what runs finish, and ends its children. Does nothing when the name does
   * not live.
   */
  async stopActor(name: string): Promise<void> {
    await this.#living.get(name)?.stop()
  }

  /**
   * Tells `listener` from now on of dead letters, restarts and ends. A dead letter is a tell that no actor has handled
   * and none will: the actor has stopped, or its mailbox is full.
   * @returns ends the subscription.
   */
  subscribe(listener: ActorEventListener): () => void {
    return this.#living.events.subscribe(listener)
  }

  /** Ends every actor, children before their parents, and takes no new ones. */
  async stop(): Promise<void> {
    await this.#living.close()
  }
}
