import { ActorError } from './actor-error.ts'
import type { ActorRef, AskOptions } from './actor-ref.ts'
import type { Settle } from './envelope.ts'
import type { LivingActors } from './living-actors.ts'

const DEFAULT_TIMEOUT_MS = 30_000

/** A ref to an actor of this process. */
export class LocalRef<M, R> implements ActorRef<M, R> {
  readonly name: string
  readonly #living: LivingActors

  constructor(name: string, living: LivingActors) {
    this.name = name
    this.#living = living
  }

  tell(message: M): void {
    this.#living.post(this.name, { message })
  }

  ask(message: M, options: AskOptions = {}): Promise<R> {
    const { signal } = options
    if (signal?.aborted) return Promise.reject(new ActorError('Aborted', this.name, { cause: signal.reason }))
    const deadline = this.#deadline(options)
    return new Promise<R>((resolve, reject) => {
      const waiting = new Waiting(resolve as Settle['resolve'], reject)
      const timer = this.#living.clock.after(deadline - this.#living.clock.wall(), () =>
        waiting.reject(new ActorError('AskTimeout', this.name))
      )
      const abort = () => waiting.reject(new ActorError('Aborted', this.name, { cause: signal?.reason }))
      signal?.addEventListener('abort', abort, { once: true })
      waiting.settled = () => {
        timer.cancel()
        signal?.removeEventListener('abort', abort)
      }
      try {
        this.#living.post(this.name, { message, deadline, settle: waiting })
      } catch (error) {
        waiting.reject(error)
      }
    })
  }

  #deadline({ timeoutMs, deadline }: AskOptions): number {
    const own = this.#living.clock.wall() + (timeoutMs ?? DEFAULT_TIMEOUT_MS)
    return deadline === undefined ? own : Math.min(own, deadline)
  }
}

/** An ask that nobody has answered yet; only its first outcome counts. */
class Waiting implements Settle {
  readonly #resolve: Settle['resolve']
  readonly #reject: Settle['reject']
  settled: () => void = () => undefined

  constructor(resolve: Settle['resolve'], reject: Settle['reject']) {
    this.#resolve = resolve
    this.#reject = reject
  }

  resolve(answer: unknown): void {
    this.settled()
    this.#resolve(answer)
  }

  reject(error: unknown): void {
    this.settled()
    this.#reject(error)
  }
}
