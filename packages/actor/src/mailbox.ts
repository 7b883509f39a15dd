import { Fifo } from './fifo.ts'

/**
 * Messages waiting for their actor: those of the system first, which are never refused; then the others, first in first
 * out, bounded. Most mailboxes are empty, and keep nothing then.
 */
export class Mailbox<T> {
  readonly #limit: number
  #lanes: Lanes<T> | undefined

  /** @param limit how many messages may wait that are not of the system. */
  constructor(limit: number) {
    this.#limit = limit
  }

  get isEmpty(): boolean {
    return this.#lanes === undefined
  }

  /** Takes the message, or answers false when the mailbox is full. */
  offer(item: T): boolean {
    if ((this.#lanes?.others.size ?? 0) >= this.#limit) return false
    this.#lanes ??= new Lanes()
    this.#lanes.others.add(item)
    return true
  }

  /** Takes a message of the system. */
  urge(item: T): void {
    this.#lanes ??= new Lanes()
    this.#lanes.system.add(item)
  }

  /** The message that is due. */
  take(): T | undefined {
    if (!this.#lanes) return undefined
    const { system, others } = this.#lanes
    const item = (system.size > 0 ? system : others).take()
    if (system.size + others.size === 0) this.#lanes = undefined
    return item
  }
}

class Lanes<T> {
  readonly system = new Fifo<T>()
  readonly others = new Fifo<T>()
}
