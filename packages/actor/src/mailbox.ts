/** Messages waiting for their actor, first in first out, bounded. */
export class Mailbox<T> {
  readonly #limit: number
  #items: T[] = []
  #head = 0

  /** @param limit how many messages may wait. */
  constructor(limit: number) {
    this.#limit = limit
  }

  get size(): number {
    return this.#items.length - this.#head
  }

  /** Takes the message, or answers false when the mailbox is full. */
  offer(item: T): boolean {
    if (this.size >= this.#limit) return false
    this.#items.push(item)
    return true
  }

  /** The message that has waited longest. */
  take(): T | undefined {
    if (this.#head === this.#items.length) return undefined
    const item = this.#items[this.#head]
    this.#items[this.#head++] = undefined as T
    if (this.#head === this.#items.length) {
      this.#items = []
      this.#head = 0
    }
    return item
  }
}
