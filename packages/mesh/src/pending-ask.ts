import { ScaledMcpError, statusOf } from '@scaled-mcp/contracts'
import { FrameAssembly } from './frame-assembly.ts'
import { NO_RESPONDERS, type Packet } from './transport.ts'
import type { Exchange, Frame, FrameReceiver } from './wire.ts'

export interface PendingAskInit {
  /** The question's reply subject. */
  readonly id: string
  readonly subject: string
  /** On the monotonic clock, in milliseconds; infinite when the asker waits for ever. */
  readonly expiresAt: number
}

/** What a pending ask tells the mux it lives in. */
export interface PendingAskOwner {
  /** It is over: forget it. */
  over(ask: PendingAsk): void
  /** The asker cancelled: tell the responder. */
  cancelled(ask: PendingAsk): void
  /** Its receiver threw. */
  threw(error: unknown): void
}

/** A question that waits for (more of) its answer. Ends exactly once (W2). */
export class PendingAsk implements Exchange {
  readonly id: string
  readonly subject: string
  readonly expiresAt: number
  readonly #owner: PendingAskOwner
  readonly #receiver: FrameReceiver
  #assembly: FrameAssembly | undefined
  #signal: AbortSignal | undefined
  #over = false

  constructor(components: { readonly owner: PendingAskOwner; readonly receiver: FrameReceiver }, init: PendingAskInit) {
    this.#owner = components.owner
    this.#receiver = components.receiver
    this.id = init.id
    this.subject = init.subject
    this.expiresAt = init.expiresAt
  }

  cancelOn(signal: AbortSignal): void {
    this.#signal = signal
    signal.addEventListener('abort', this, { once: true })
  }

  handleEvent(): void {
    this.cancel()
  }

  cancel(): void {
    if (this.#over) return
    this.#owner.cancelled(this)
    this.fail(new ScaledMcpError('Cancelled', undefined, { cause: this.#signal?.reason }))
  }

  accept(packet: Packet): void {
    if (packet.headers === undefined && packet.status === undefined && this.#assembly === undefined) {
      this.#end()
      this.#receiver.frame({ body: packet.body, sequence: 0, last: true })
    } else if (packet.status === NO_RESPONDERS) {
      this.fail(new ScaledMcpError('NoResponders', this.subject))
    } else if (statusOf(packet.headers) === 'expired') {
      this.fail(new ScaledMcpError('DeadlineExceeded', `it had passed when ${this.subject} was asked`))
    } else {
      this.#assemble(packet)
    }
  }

  fail(error: Error): void {
    if (this.#over) return
    this.#end()
    try {
      this.#receiver.failed(error)
    } catch (thrown) {
      this.#owner.threw(thrown) // or the other asks that end with it would never learn
    }
  }

  /** Ends it, unless its receiver listens on. */
  doubt(error: Error): void {
    if (!this.#over && !this.#receiver.doubted?.(error)) this.fail(error)
  }

  #assemble(packet: Packet): void {
    const frame = this.#add(packet)
    if (frame === undefined) return
    if (frame.last) this.#end()
    this.#receiver.frame(frame)
  }

  #add(packet: Packet): Frame | undefined {
    this.#assembly ??= new FrameAssembly()
    try {
      return this.#assembly.add(packet)
    } catch (error) {
      this.#owner.cancelled(this)
      this.fail(error as Error)
      return undefined
    }
  }

  #end(): void {
    this.#over = true
    this.#signal?.removeEventListener('abort', this)
    this.#owner.over(this)
  }
}
