import type { ActorRef } from './actor-ref.ts'
import type { Beyond } from './beyond.ts'
import { type Clock, systemClock } from './clock.ts'
import type { Envelope } from './envelope.ts'
import type { ActorEventListener } from './event-stream.ts'
import { DeclaredKinds, type Kinds } from './kind.ts'
import { LivingActors } from './living-actors.ts'
import type { Spawn } from './spawn-options.ts'

export interface ActorSystemOptions {
  /** Default: the machine's time. */
  readonly clock?: Clock
  /** A number from 0 up to 1. Default: `Math.random`. */
  readonly random?: () => number
  /** Actors that their first message activates. The name of a kind holds no `/` and no `.`, and is not `session`. */
  readonly kinds?: Kinds
  /** Actors beyond this process, for what actors send, find and watch. Default: there are none. */
  readonly beyond?: Beyond | undefined
  /**
   * Whether the plain objects and arrays of a message are frozen, so that whoever changes one that was sent is told.
   * Default: unless `NODE_ENV` is `production`.
   */
  readonly freezeMessages?: boolean
  /**
   * Told of what an actor threw where nobody waits for an answer: on a tell, in `stop`, in the `start` of an activated
   * actor; and, as `Escalated`, of what no actor above has handled.
   */
  readonly onFailure: (name: string, error: unknown) => void
}

/** The actors of one process, by name. */
export class ActorSystem {
  readonly #living: LivingActors

  private constructor(options: ActorSystemOptions) {
    const { clock = systemClock, random = Math.random, kinds = {}, beyond, onFailure: failed } = options
    const { freezeMessages: freezes = process.env['NODE_ENV'] !== 'production' } = options
    this.#living = new LivingActors({ clock, random, kinds: new DeclaredKinds(kinds), beyond, failed }, { freezes })
  }

  /** @throws TypeError that names the kind when one of `kinds` cannot be. */
  static start(options: ActorSystemOptions): ActorSystem {
    return new ActorSystem(options)
  }

  /** How many actors live here. */
  get size(): number {
    return this.#living.size
  }

  /** Whether an actor of this name lives, or is ending. */
  has(name: string): boolean {
    return this.#living.get(name) !== undefined
  }

  /** Creates a topmost actor, as {@link Spawn} says. */
  get spawn(): Spawn {
    return (name, source, options) => this.#living.spawn(name, source, { options })
  }

  /** Finds a living actor. @throws ActorError `ActorNotFound`. */
  actorOf<M, R = unknown>(name: string): ActorRef<M, R> {
    return this.#living.actorOf(name)
  }

  /**
   * A ref to the actor of a declared kind, here: a message activates it when it does not live, and waits for its `start`.
   * When that throws, the messages that wait are refused with the error, and the next message tries again.
   * @throws ActorError `ActorKindUnknown`. @throws TypeError when `id` is empty or holds a `/`.
   */
  getOrActivate<M, R = unknown>(kind: string, id: string): ActorRef<M, R> {
    return this.#living.getOrActivate(kind, id)
  }

  /**
   * Hands a message that came from elsewhere to a living actor, as it is. An ask that is refused is not settled: whoever
   * posts it has the error.
   * @throws ActorError `ActorStopped`, also when the name does not live; `MailboxFull`.
   */
  post(name: string, envelope: Envelope<unknown>): void {
    this.#living.post(name, envelope)
  }

  /**
   * Whether the actor lives and has nothing to do: no turn runs, nothing waits, it has no timer and no child, and watches
   * nobody.
   */
  isAtRest(name: string): boolean {
    return this.#living.get(name)?.isAtRest ?? false
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
