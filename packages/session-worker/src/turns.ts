/** Work that must not overlap, by name: one at a time, in the order in which it was asked for. Idle names cost nothing. */
export class Turns {
  readonly #last = new Map<string, Promise<void>>()

  /** Whether anything is under way. */
  get areTaken(): boolean {
    return this.#last.size > 0
  }

  /** Runs `turn` when everything before it under this name is over, however it ended. */
  take<T>(name: string, turn: () => Promise<T>): Promise<T> {
    const before = this.#last.get(name)
    const run = before ? before.then(turn) : turn()
    const over = () => {
      if (this.#last.get(name) === last) this.#last.delete(name)
    }
    const last = run.then(over, over) // whoever asked has the rejection
    this.#last.set(name, last)
    return run
  }
}
