import type { ActorRef, AskOptions, TellOptions } from './actor-ref.ts'
import type { Envelope } from './envelope.ts'
import { freeze } from './freeze.ts'
import type { Activation } from './kind.ts'
import type { LivingActors } from './living-actors.ts'
import { LocalAsk } from './local-ask.ts'

const NOTHING_SAID: AskOptions = {}

/** A ref to an actor of this process. */
export class LocalRef<M, R> implements ActorRef<M, R> {
  readonly name: string
  readonly #living: LivingActors
  readonly #activation: Activation | undefined

  /** @param activation how its first message activates the actor, if that is to. */
  constructor(name: string, living: LivingActors, activation?: Activation) {
    this.name = name
    this.#living = living
    this.#activation = activation
  }

  tell(message: M, options?: TellOptions): void {
    if (this.#living.freezes) freeze(message)
    this.#post(options ? told(message, options) : { message })
  }

  ask(message: M, options = NOTHING_SAID): Promise<R> {
    if (this.#living.freezes) freeze(message)
    const ask = new LocalAsk<M, R>({ name: this.name, clock: this.#living.clock }, message, options)
    try {
      if (ask.take()) this.#post(ask)
    } catch (error) {
      ask.reject(error)
    }
    return ask.answer
  }

  #post(envelope: Envelope<M>): void {
    this.#living.send(this.name, envelope, this.#activation)
  }
}

function told<M>(message: M, { deadline, trace, principal, sender, lane }: TellOptions): Envelope<M> {
  return { message, deadline, trace, principal, sender, lane }
}
