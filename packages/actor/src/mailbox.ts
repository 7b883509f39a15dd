/**
 * Messages waiting for their actor. Most mailboxes are empty, and keep nothing then.
 *
 * M1  Those of the system go first, and are never refused; then the lanes `reply`, `client` and `background`. Of messages
 *     that both wait, one of `background` goes after at most eight of `client`: it is slow and not starved.
 * M2  Within a lane the senders take turns, and the order of each is kept. Messages without a sender are one sender's.
 * M3  A sender may have messages waiting while they are fewer than twice the limit less all that wait. So a lone one has
 *     the whole limit, whoever floods leaves half of the room to those that come, and all together have twice the limit
 *     (Choudhury and Hahne, "Dynamic Queue Length Thresholds for Shared-Memory Packet Switches", 1998).
 */
import { Fifo } from './fifo.ts'
import { SenderTurns, type Sent } from './sender-turns.ts'

const CLIENTS_PER_BACKGROUND = 8

/** `T` is what senders send, `S` what is of the system. */
export class Mailbox<T extends Sent, S> {
  readonly #limit: number
  #waiting: Waiting<T, S> | undefined

  /** @param limit how many messages of a lone sender may wait. */
  constructor(limit: number) {
    this.#limit = limit
  }

  get isEmpty(): boolean {
    return this.#waiting === undefined
  }

  /** Takes the message, or answers false when there is no room for its sender (M3). */
  offer(item: T): boolean {
    const { sent = 0 } = this.#waiting ?? {}
    const own = this.#waiting?.sentBy(item.sender) ?? 0
    if (own >= 2 * this.#limit - sent) return false
    this.#waiting ??= new Waiting()
    this.#waiting.add(item)
    return true
  }

  /** Takes a message of the system. */
  urge(item: S): void {
    this.#waiting ??= new Waiting()
    this.#waiting.system.add(item)
  }

  /** The message that is due. */
  take(): T | S | undefined {
    if (!this.#waiting) return undefined
    const item = this.#waiting.take()
    if (this.#waiting.size === 0) this.#waiting = undefined
    return item
  }
}

class Waiting<T extends Sent, S> {
  readonly system = new Fifo<S>()
  /** How many messages wait that are not of the system. */
  sent = 0
  readonly #lanes = { reply: new SenderTurns<T>(), client: new SenderTurns<T>(), background: new SenderTurns<T>() }
  /** How many of `client` went before what waits in `background`. */
  #ahead = 0

  get size(): number {
    return this.system.size + this.sent
  }

  sentBy(sender: string | undefined): number {
    const { reply, client, background } = this.#lanes
    return reply.sizeOf(sender) + client.sizeOf(sender) + background.sizeOf(sender)
  }

  add(item: T): void {
    this.#laneOf(item).add(item)
    this.sent++
  }

  take(): T | S | undefined {
    if (this.system.size > 0) return this.system.take() // M1
    this.sent--
    return this.#due().take()
  }

  #laneOf({ lane }: Sent): SenderTurns<T> {
    if (lane === 'reply' || lane === 'background') return this.#lanes[lane]
    return this.#lanes.client
  }

  #due(): SenderTurns<T> {
    const { reply, client, background } = this.#lanes
    if (!reply.isEmpty) return reply
    if (background.isEmpty) return client
    this.#ahead = client.isEmpty || this.#ahead === CLIENTS_PER_BACKGROUND ? 0 : this.#ahead + 1
    return this.#ahead === 0 ? background : client
  }
}
