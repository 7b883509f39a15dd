import type { Actor } from './actor.ts'
import { ActorCell } from './actor-cell.ts'
import { ActorError } from './actor-error.ts'
import type { ActorRef } from './actor-ref.ts'
import { type Clock, systemClock } from './clock.ts'
import { LocalRef } from './local-ref.ts'

export interface ActorSystemOptions {
  /** Default: the machine's time. */
  readonly clock?: Clock
  /** Told of what an actor threw where nobody waits for an answer: on a tell, in `stop`. */
  readonly onFailure: (name: string, error: unknown) => void
}

export interface SpawnOptions {
  /** How many messages may wait. Default 256. */
  readonly mailbox?: number
  /** How many messages the actor handles at once. Default 1. */
  readonly interleave?: number
}

/** The actors of one process, by name. */
export class ActorSystem {
  readonly #clock: Clock
  readonly #onFailure: ActorSystemOptions['onFailure']
  readonly #living = new Map<string, ActorCell<unknown>>()
  #stopping = false

  private constructor(options: ActorSystemOptions) {
    this.#clock = options.clock ?? systemClock
    this.#onFailure = options.onFailure
  }

  static start(options: ActorSystemOptions): ActorSystem {
    return new ActorSystem(options)
  }

  /** How many actors live here. */
  get size(): number {
    return this.#living.size
  }

  /**
   * Creates an actor; resolves once its `start` has finished.
   * @param name `kind/id`.
   * @throws ActorError `NameTaken` when the name lives, `ActorStopped` when the system stops; and what `start` threw.
   */
  async spawn<M, R>(name: string, actor: Actor<M, R>, options: SpawnOptions = {}): Promise<ActorRef<M, R>> {
    if (this.#stopping) throw new ActorError('ActorStopped', name)
    if (this.#living.has(name)) throw new ActorError('NameTaken', name)
    const ref = new LocalRef<M, R>(name, this.#clock, this.#living)
    const cell = new ActorCell<M>(
      { actor, self: ref, failed: this.#onFailure },
      { mailbox: options.mailbox ?? 256, interleave: options.interleave ?? 1 }
    )
    this.#living.set(name, cell as ActorCell<unknown>)
    try {
      await cell.started
    } catch (error) {
      this.#living.delete(name)
      throw error
    }
    return ref
  }

  /** Finds a living actor. @throws ActorError `ActorNotFound`. */
  actorOf<M, R = unknown>(name: string): ActorRef<M, R> {
    const cell = this.#living.get(name)
    if (!cell) throw new ActorError('ActorNotFound', name)
    return cell.self as ActorRef<M, R>
  }

  /** Ends one actor: refuses what waits, lets what runs finish. Does nothing when the name does not live. */
  async stopActor(name: string): Promise<void> {
    const cell = this.#living.get(name)
    if (!cell) return
    await cell.stop()
    if (this.#living.get(name) === cell) this.#living.delete(name)
  }

  /** Ends every actor and takes no new ones. */
  async stop(): Promise<void> {
    this.#stopping = true
    await Promise.all([...this.#living.keys()].map((name) => this.stopActor(name)))
  }
}
