import type { Lease } from '@scaled-mcp/cluster'
import { ScaledMcpError } from '@scaled-mcp/contracts'

/** Where turns wait that may not begin while the lease is not held. */
export class LeaseGate {
  readonly #lease: Lease
  readonly #waiting = new Set<{ readonly go: () => void; readonly end: (error: Error) => void }>()
  #isClosed = false

  constructor(lease: Lease) {
    this.#lease = lease
  }

  get isOpen(): boolean {
    return this.#lease.isHeld
  }

  /** Resolves once the lease is held. Rejects with `StaleEpoch` when it is lost for good. */
  pass(): Promise<void> {
    if (this.isOpen) return Promise.resolve()
    if (this.#isClosed) return Promise.reject(lost())
    return new Promise((go, end) => this.#waiting.add({ go, end }))
  }

  /** Lets what waits go on, if the lease is held. */
  open(): void {
    if (!this.isOpen) return
    for (const { go } of this.#leave()) go()
  }

  /** The lease is lost for good. */
  close(): void {
    this.#isClosed = true
    for (const { end } of this.#leave()) end(lost())
  }

  #leave() {
    const waiting = [...this.#waiting]
    this.#waiting.clear()
    return waiting
  }
}

function lost(): ScaledMcpError {
  return new ScaledMcpError('StaleEpoch', 'this worker was declared dead')
}
