import { header, type JsonRpcResponse } from '@scaled-mcp/contracts'
import type { Frame, FrameReceiver } from '@scaled-mcp/mesh'
import { answered, failed } from './answer.ts'
import { type Begun, OpenOperation, type OpenOperationComponents } from './open-operation.ts'

export interface InvocationComponents extends OpenOperationComponents {
  /** Whether the answer says nothing. */
  readonly isVoid: boolean
}

/** One request of a client that takes the answer on the connection that it asked on, or none. */
export class Invocation implements FrameReceiver {
  readonly #isVoid: boolean
  readonly #operation: OpenOperation
  #isFirst = true
  #hasId = false

  constructor(components: InvocationComponents, begun: Begun) {
    this.#isVoid = components.isVoid
    this.#operation = new OpenOperation(components, begun)
    components.gateway.process.onDeath(() => this.#gatewayDied())
  }

  frame({ headers, body, last }: Frame): void {
    if (this.#isFirst) this.#hasId = headers?.[header.epoch] !== undefined // as PostAnswer, which can tell it only then
    this.#isFirst = false
    if (last) this.#answered(body)
  }

  failed(error: Error): void {
    const { outcome, ...end } = failed(error)
    this.#operation.end(outcome, end)
  }

  #answered(body: Uint8Array): void {
    if (body.length === 0) this.#operation.end(this.#isVoid ? 'ok' : 'unknown', { code: 'empty answer' })
    else this.#judge(JSON.parse(Buffer.from(body).toString()) as JsonRpcResponse)
  }

  #judge(answer: JsonRpcResponse): void {
    const { outcome, ...end } = answered(answer)
    this.#operation.end(outcome, { ...end, ...(outcome === 'ok' && this.#hasId && { hasId: true }) })
  }

  #gatewayDied(): void {
    if (!this.#operation.isOver) this.#operation.end('unknown', { code: 'gateway died' })
  }
}
