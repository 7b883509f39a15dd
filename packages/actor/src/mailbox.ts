/** Messages waiting for their actor, first in first out, bounded. Most mailboxes are empty, and keep nothing then. */
export class Mailbox<T> {
  readonly #limit: number
  #items: (T | undefined)[] | undefined
  #head = 0

  /** @param limit how many messages may wait. */
  constructor(limit: number) {
    this.#limit = limit
  }

  get size(): number {
    return this.#items ? this.#items.length - this.#head : 0
  }

  /** Takes the message, or answers false when the mailbox is full. */
  offer(item: T): boolean {
    if (this.size >= this.#limit) return false
    this.#items ??= []
    this.#items.push(item)
    return true
  }

  /** The message that has waited longest. */
  take(): T | undefined {
    if (!this.#items) return undefined
    const item = this.#items[this.#head]
    this.#items[this.#head++] = undefined
    if (this.#head === this.#items.length) {
      this.#items = undefined
      this.#head = 0
    }
    return item
  }
}
