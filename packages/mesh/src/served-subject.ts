/**
 * The responder's end of one subject: questions whose deadline has passed go no further (W5), a handler that throws is
 * an answer and not a crash, a cancel finds its question, drain waits for what is open (W6).
 */
import { errorHeaders, type Headers, header } from '@scaled-mcp/contracts'
import { asError } from './as-error.ts'
import type { Clock } from './clock.ts'
import { OpenReply, type OpenReplyComponents } from './open-reply.ts'
import { Slots } from './slots.ts'
import type { OnError, Packet, Subscription, Transport } from './transport.ts'
import type { Delivery, Serving } from './wire.ts'

const NO_BODY = new Uint8Array(0)
const EXPIRED: Headers = { [header.status]: 'expired' }

export interface ServedSubjectComponents {
  readonly transport: Transport
  readonly clock: Clock
  readonly onError: OnError
}

export interface ServedSubjectInit {
  readonly subject: string
  readonly handler: (delivery: Delivery) => void
}

export class ServedSubject implements Serving {
  readonly #components: ServedSubjectComponents
  readonly #handler: (delivery: Delivery) => void
  readonly #replies: OpenReplyComponents
  readonly #subscription: Subscription
  /** Questions that their handler left open; one answered at once is never here. */
  readonly #open = new Slots<OpenReply>()
  #whenIdle: (() => void) | undefined
  #drained: Promise<void> | undefined

  constructor(components: ServedSubjectComponents, { subject, handler }: ServedSubjectInit) {
    this.#components = components
    this.#handler = handler
    this.#replies = { transport: components.transport, onDone: (reply) => this.#close(reply) }
    this.#subscription = components.transport.subscribe(subject, (packet) => this.#receive(packet))
  }

  drain(): Promise<void> {
    this.#drained ??= this.#drain()
    return this.#drained
  }

  stop(): void {
    this.#subscription.stop()
  }

  async #drain(): Promise<void> {
    await this.#subscription.drain()
    if (this.#open.size === 0) return
    await new Promise<void>((resolve) => {
      this.#whenIdle = resolve
    })
  }

  #receive(packet: Packet): void {
    const { subject, body, headers, reply } = packet
    if (reply !== undefined) this.#question(packet, reply)
    else if (headers?.[header.cancel]) this.#cancel(headers[header.cancel] as string)
    else this.#handler({ subject, body, headers })
  }

  #question({ subject, body, headers }: Packet, id: string): void {
    const reply = new OpenReply(this.#replies, id)
    try {
      if (this.#isLate(headers)) reply.end({ body: NO_BODY, headers: EXPIRED })
      else this.#handler({ subject, body, headers, reply })
    } catch (error) {
      this.#failed(reply, error)
    }
    if (reply.isOpen) reply.slot = this.#open.add(reply)
  }

  /** Cancels are few, so they search. */
  #cancel(id: string): void {
    for (const reply of this.#open.all()) if (reply.id === id) reply.cancel()
  }

  #failed(reply: OpenReply, error: unknown): void {
    this.#components.onError(asError(error))
    if (this.#components.transport.connected) reply.end({ body: NO_BODY, headers: errorHeaders(error) })
  }

  #isLate(headers: Headers | undefined): boolean {
    const deadline = headers?.[header.deadline]
    return deadline !== undefined && Number(deadline) <= this.#components.clock.wall()
  }

  #close(reply: OpenReply): void {
    if (reply.slot !== undefined) this.#open.remove(reply.slot)
    if (this.#open.size === 0) this.#whenIdle?.()
  }
}
