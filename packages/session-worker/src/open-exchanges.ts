import { type JsonRpcId, type JsonRpcRequest, ScaledMcpError, streamOf } from '@scaled-mcp/contracts'
import { SparseMap } from '@scaled-mcp/server'
import type { Exchange } from './exchange.ts'

/** The requests of one session that have no answer yet. Most sessions have none, and keep nothing then. */
export class OpenExchanges {
  readonly #byRequest = new SparseMap<JsonRpcId, Exchange>()
  #idle: (() => void) | undefined

  get size(): number {
    return this.#byRequest.size
  }

  get(id: JsonRpcId): Exchange | undefined {
    return this.#byRequest.get(id)
  }

  ids(): Iterable<JsonRpcId> {
    return this.#byRequest.keys()
  }

  /** @throws ScaledMcpError `DuplicateRequestId` when one of them is open. */
  assertNew(requests: readonly JsonRpcRequest[]): void {
    const twice = requests.find(({ id }) => this.#byRequest.has(id))
    if (twice) throw new ScaledMcpError('DuplicateRequestId', String(twice.id))
  }

  add(exchange: Exchange): void {
    for (const id of exchange.ids) this.#byRequest.set(id, exchange)
  }

  /** The one whose answers are, or would be, on the stream of this name. Few are open, so it searches. */
  ofStream(name: string): Exchange | undefined {
    for (const id of this.#byRequest.keys()) {
      const exchange = this.#byRequest.get(id)
      if (exchange && streamOf(exchange.messageId) === name) return exchange
    }
    return undefined
  }

  /** The request is answered or cancelled. */
  forget(id: JsonRpcId): void {
    this.#byRequest.delete(id)
    if (this.size === 0) this.#idle?.()
  }

  /** All of them are for the next owner to decide. */
  leave(): void {
    for (const [id, exchange] of this.#byRequest.takeAll()) {
      exchange.leave()
      this.forget(id)
    }
  }

  /** Resolves when none is open. */
  async whenIdle(): Promise<void> {
    if (this.size === 0) return
    await new Promise<void>((resolve) => {
      this.#idle = resolve
    })
  }
}
