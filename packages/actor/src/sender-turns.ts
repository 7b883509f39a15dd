import { Fifo } from './fifo.ts'
import type { MessageContext } from './message-context.ts'

/** What the order of waiting depends on. */
export type Sent = Pick<MessageContext, 'sender' | 'lane'>

/** Messages of one lane: their senders take turns, and the order of each is kept. */
export class SenderTurns<T extends Sent> {
  /** By sender, the one whose turn it is first. None of them is empty. */
  readonly #bySender = new Map<string | undefined, Fifo<T>>()

  get isEmpty(): boolean {
    return this.#bySender.size === 0
  }

  sizeOf(sender: string | undefined): number {
    return this.#bySender.get(sender)?.size ?? 0
  }

  add(item: T): void {
    let sent = this.#bySender.get(item.sender)
    if (!sent) {
      sent = new Fifo()
      this.#bySender.set(item.sender, sent)
    }
    sent.add(item)
  }

  take(): T | undefined {
    for (const [sender, sent] of this.#bySender) {
      const item = sent.take()
      if (sent.size === 0 || this.#bySender.size > 1) this.#bySender.delete(sender)
      if (sent.size > 0) this.#bySender.set(sender, sent) // behind the others
      return item
    }
    return undefined
  }
}
