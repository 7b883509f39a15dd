/**
 * Things in no order, each under a small number until it is removed.
 *
 * Not a Map: one that is added to and removed from all the time leaves each table that it outgrows behind, and V8 links a
 * table to its successor. As soon as the collector has promoted one of them, all later ones survive too, with whatever
 * was in them. With questions as values that was a tenth of a busy gateway's time.
 */
export class Slots<T extends object> {
  readonly #values: (T | undefined)[] = []
  readonly #free: number[] = []

  get size(): number {
    return this.#values.length - this.#free.length
  }

  /** The number that the next {@link add} gives. */
  get next(): number {
    return this.#free.at(-1) ?? this.#values.length
  }

  add(value: T): number {
    const slot = this.#free.pop() ?? this.#values.length
    this.#values[slot] = value
    return slot
  }

  get(slot: number): T | undefined {
    return this.#values[slot]
  }

  remove(slot: number): void {
    if (this.#values[slot] === undefined) return
    this.#values[slot] = undefined
    this.#free.push(slot)
  }

  /** A copy, so that it may be worked through while things are removed. */
  all(): readonly T[] {
    return this.#values.filter((value) => value !== undefined)
  }
}
