/**
 * What is being changed: an address is opened, rebuilt, given up or ended by one at a time, and its messages wait for
 * that.
 */
export class AddressChanges {
  readonly #changing = new Map<string, Promise<void>>()

  /** Resolves when the change of an address is over; undefined when there is none. Never rejects. */
  of(key: string): Promise<void> | undefined {
    return this.#changing.get(key)
  }

  /** Every change that is under way. */
  all(): readonly Promise<void>[] {
    return [...this.#changing.values()]
  }

  /** Changes an address. Rejects as `change` does. */
  run<T>(key: string, change: () => Promise<T>): Promise<T> {
    const changed = change()
    const over = () => {
      if (this.#changing.get(key) === changing) this.#changing.delete(key)
    }
    const changing = changed.then(over, over) // whoever began it has the rejection
    this.#changing.set(key, changing)
    return changed
  }
}
