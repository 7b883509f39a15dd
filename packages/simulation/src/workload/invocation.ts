import { type ErrorCode, hasCode, header, type JsonRpcResponse } from '@scaled-mcp/contracts'
import type { Frame, FrameReceiver } from '@scaled-mcp/mesh'
import type { GatewayProcess } from '../cluster/gateway-process.ts'
import type { World } from '../world/world.ts'
import type { History } from './history.ts'
import type { Operation, Outcome } from './operation.ts'

export interface InvocationComponents {
  readonly world: World
  readonly history: History
  readonly gateway: GatewayProcess
  /** Whether the answer says nothing. */
  readonly isVoid: boolean
  /** Told of a second outcome. */
  readonly endedTwice: (operation: Operation) => void
  /** Told once, with the operation as it stands in the history. */
  readonly done: (operation: Operation) => void
}

/** Codes that promise a client that nothing happened; all others leave it open. */
const NOTHING_HAPPENED: readonly ErrorCode[] = [
  'NotDelivered',
  'NoResponders',
  'NoWorker',
  'OwnerUnreachable',
  'SessionBusy',
  'SessionNotFound',
  'Stopping'
]

/** One request of a client, from the moment at which it leaves to its outcome. */
export class Invocation implements FrameReceiver {
  readonly #components: InvocationComponents
  readonly #index: number
  #isFirst = true
  #isOver = false
  #hasId = false

  constructor(components: InvocationComponents, operation: Pick<Operation, 'session' | 'kind' | 'value'>) {
    const { world, history, gateway } = components
    this.#components = components
    this.#index = history.invoked({ ...operation, gateway: gateway.process.id, invoked: world.now })
    gateway.process.onDeath(() => this.#gatewayDied())
  }

  frame({ headers, body, last }: Frame): void {
    if (this.#isFirst) this.#hasId = headers?.[header.epoch] !== undefined // as PostAnswer, which can tell it only then
    this.#isFirst = false
    if (last) this.#answered(body)
  }

  failed(error: Error): void {
    const outcome = hasCode(error, ...NOTHING_HAPPENED) ? 'fail' : 'unknown'
    this.#end(outcome, { code: (error as { readonly code?: string }).code ?? error.name })
  }

  #answered(body: Uint8Array): void {
    if (body.length === 0) this.#end(this.#components.isVoid ? 'ok' : 'unknown', { code: 'empty answer' })
    else this.#judge(JSON.parse(Buffer.from(body).toString()) as JsonRpcResponse)
  }

  #judge(answer: JsonRpcResponse): void {
    if ('error' in answer) {
      this.#end('unknown', { code: (answer.error.data as { readonly reason: string }).reason })
    } else {
      const { place, list } = answer.result as Partial<Operation>
      this.#end('ok', { ...(place && { place }), ...(list && { list }), ...(this.#hasId && { hasId: true }) })
    }
  }

  #gatewayDied(): void {
    if (!this.#isOver) this.#end('unknown', { code: 'gateway died' })
  }

  #end(outcome: Outcome, end: Partial<Operation>): void {
    const { world, history, endedTwice, done, gateway } = this.#components
    const isDelayed = gateway.process.stoodStillSince(history.operations[this.#index]?.invoked ?? 0)
    const operation = { ...end, outcome, returned: world.now, ...(isDelayed && { isDelayed }) }
    if (this.#isOver) {
      endedTwice({ ...(history.operations[this.#index] as Operation), ...operation })
      return
    }
    this.#isOver = true
    world.note(`${outcome} ${end.code ?? ''} ${this.#index}`)
    done(history.returned(this.#index, operation))
  }
}
