import type { Clock } from './clock.ts'

/** A wait that can be cut short. */
export class Pause {
  /** Resolves when it is over, or was ended. */
  readonly over: Promise<void>
  #end: () => void = () => undefined

  constructor(clock: Clock, ms: number) {
    this.over = new Promise((resolve) => {
      const timer = clock.after(ms, resolve)
      this.#end = () => {
        timer.cancel()
        resolve()
      }
    })
  }

  end(): void {
    this.#end()
  }
}
