import { decodeValue, encodeFailure } from '@scaled-mcp/cluster'
import { header, type ReplyStatus } from '@scaled-mcp/contracts'
import type { Delivery, Message } from '@scaled-mcp/mesh'
import type { Resend } from './resend.ts'
import type { ServedSession } from './serve-session.ts'

export interface HearingComponents {
  readonly server: Pick<ServedSession, 'hear'>
  readonly resend: Resend
  /** Why nothing may be handled now; undefined when it may. */
  readonly refusal: () => ReplyStatus | undefined
}

export interface HearingInit {
  /** Messages that are handled or wait; more are refused. */
  readonly max: number
}

const NOTHING = new Uint8Array()
const HEARD: Message = { body: NOTHING }

/**
 * What other actors tell a session.
 *
 * T1  A message is handled once at most: one that may have run before is refused.
 * T2  One after the other; one that has waited is handled only if it may be then. Else it has not run, and its sender, who
 *     still has it, sends it again.
 * T3  Each is answered once, also when the session leaves before its handler has ended.
 */
export class Hearing {
  readonly #components: HearingComponents
  readonly #max: number
  readonly #waiting: Delivery[] = []
  #running: Delivery | undefined
  #idle: (() => void) | undefined

  constructor(components: HearingComponents, { max }: HearingInit) {
    this.#components = components
    this.#max = max
  }

  /** Whether nothing is being handled, and nothing waits. */
  get isIdle(): boolean {
    return this.#running === undefined
  }

  /** Resolves when nothing is being handled, and nothing waits. */
  async whenIdle(): Promise<void> {
    if (this.isIdle) return
    await new Promise<void>((resolve) => {
      this.#idle = resolve
    })
  }

  take(delivery: Delivery): void {
    const isAgain = delivery.headers?.[header.attempt] !== undefined
    const refusal = isAgain ? 'interrupted' : this.#refusal() // T1
    if (refusal) this.#refuse(delivery, refusal)
    else if (this.isIdle) void this.#run(delivery)
    else this.#waiting.push(delivery)
  }

  /** Lets go of what there is: what waits has not run, and what runs is the next owner's to decide (T3). */
  leave(): void {
    for (const delivery of this.#waiting.splice(0)) this.#refuse(delivery, 'draining')
    if (this.#running) this.#refuse(this.#running, 'moved')
    this.#over()
  }

  /** Handles a message and what has come meanwhile. Never rejects: the sender is told. */
  async #run(delivery: Delivery): Promise<void> {
    this.#running = delivery
    const answer = await this.#answer(delivery)
    if (this.#running !== delivery) return // T3
    this.#components.resend.send(() => delivery.reply?.end(answer))
    const next = this.#next()
    if (next) void this.#run(next)
    else this.#over()
  }

  async #answer(delivery: Delivery): Promise<Message> {
    try {
      await this.#components.server.hear(decodeValue(delivery))
      return HEARD
    } catch (error) {
      return encodeFailure(error)
    }
  }

  /** T2 */
  #next(): Delivery | undefined {
    for (let next = this.#waiting.shift(); next; next = this.#waiting.shift()) {
      const refusal = this.#components.refusal()
      if (!refusal) return next
      this.#refuse(next, refusal)
    }
    return undefined
  }

  #over(): void {
    this.#running = undefined
    this.#idle?.()
  }

  #refusal(): ReplyStatus | undefined {
    const size = this.#waiting.length + (this.isIdle ? 0 : 1)
    return this.#components.refusal() ?? (size >= this.#max ? 'full' : undefined)
  }

  #refuse({ reply }: Delivery, status: ReplyStatus): void {
    this.#components.resend.refuse(() => reply?.end({ body: NOTHING, headers: { [header.status]: status } }))
  }
}
