import type { Lease } from '@scaled-mcp/cluster'
import { hasCode } from '@scaled-mcp/contracts'
import type { Wire } from '@scaled-mcp/mesh'

/**
 * Answers that may not be sent, because the connection is down or the lease is not held: kept, in order, until that is
 * over. The asker is still waiting, and the work is done.
 */
export class Resend {
  readonly #wire: Wire
  readonly #lease: Lease
  readonly #stopListening: () => void
  #kept: (() => void)[] = []

  constructor(wire: Wire, lease: Lease) {
    this.#wire = wire
    this.#lease = lease
    this.#stopListening = wire.onConnection((connected) => {
      if (connected) this.flush()
    })
  }

  /** Runs `send`, which tells of something done, now or as soon as it may be sent. */
  readonly send = (send: () => void): void => {
    if (this.#kept.length > 0 || !this.#lease.isHeld) this.#kept.push(send)
    else this.refuse(send)
  }

  /** Runs `send`, which tells that nothing was done, now or when the connection is back: it needs no lease. */
  readonly refuse = (send: () => void): void => {
    if (!this.#wire.connected) {
      this.#kept.push(send)
      return
    }
    try {
      send()
    } catch (error) {
      if (!hasCode(error, 'NotDelivered')) throw error
      this.#kept.push(send)
    }
  }

  stop(): void {
    this.#stopListening()
    this.#kept = []
  }

  /** Sends what was kept, as far as it may be sent by now. */
  flush(): void {
    const kept = this.#kept
    this.#kept = []
    for (const send of kept) this.send(send)
  }
}
