import { setMaxListeners } from 'node:events'

/** The signal of one ask, while its turn runs. */
export interface Joined {
  readonly signal: AbortSignal
  leave(): void
}

/** What tells the turns of one instance to give up. A signal takes more memory than most actors: made when it is read. */
export class Signals {
  /** Of the instance itself, and of each ask in its hands that has read its own. */
  readonly #aborts = new Set<AbortController>()
  #own: AbortController | undefined
  #isAborted = false

  /** Aborted once the instance is to end. */
  get own(): AbortSignal {
    this.#own ??= this.#add()
    return this.#own.signal
  }

  /** Aborted once `asker` is, too. */
  join(asker: AbortSignal): Joined {
    const controller = this.#add()
    const abort = () => controller.abort(asker.reason)
    if (asker.aborted) abort()
    else asker.addEventListener('abort', abort, { once: true })
    const leave = () => {
      this.#aborts.delete(controller)
      asker.removeEventListener('abort', abort)
    }
    return { signal: controller.signal, leave }
  }

  abort(): void {
    this.#isAborted = true
    for (const controller of this.#aborts) controller.abort()
  }

  #add(): AbortController {
    const controller = new AbortController()
    setMaxListeners(0, controller.signal) // any number of asks may wait for it
    this.#aborts.add(controller)
    if (this.#isAborted) controller.abort()
    return controller
  }
}
