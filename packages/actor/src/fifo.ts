const SPARE = 64

/** What came first leaves first. */
export class Fifo<T> {
  readonly #items: (T | undefined)[] = []
  #head = 0

  get size(): number {
    return this.#items.length - this.#head
  }

  add(item: T): void {
    this.#items.push(item)
  }

  take(): T | undefined {
    const item = this.#items[this.#head]
    this.#items[this.#head] = undefined
    this.#head++
    if (this.#head === this.#items.length || this.#head > Math.max(SPARE, this.size)) this.#shrink()
    return item
  }

  /** Forgets the places of what has left: a line that is never empty would grow for ever. */
  #shrink(): void {
    this.#items.splice(0, this.#head)
    this.#head = 0
  }
}
