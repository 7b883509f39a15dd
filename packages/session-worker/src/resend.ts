import { hasCode } from '@scaled-mcp/contracts'
import type { Wire } from '@scaled-mcp/mesh'

/**
 * Answers that could not be sent because the connection was down: kept, in order, until it is back. The asker is still
 * waiting, and the work is done.
 */
export class Resend {
  readonly #wire: Wire
  readonly #stopListening: () => void
  #kept: (() => void)[] = []

  constructor(wire: Wire) {
    this.#wire = wire
    this.#stopListening = wire.onConnection((connected) => {
      if (connected) this.#flush()
    })
  }

  /** Runs `send` now, or again when the connection is back. */
  readonly send = (send: () => void): void => {
    if (this.#kept.length > 0 || !this.#wire.connected) {
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

  #flush(): void {
    const kept = this.#kept
    this.#kept = []
    for (const send of kept) this.send(send)
  }
}
