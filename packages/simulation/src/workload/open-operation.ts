import type { GatewayProcess } from '../cluster/gateway-process.ts'
import type { World } from '../world/world.ts'
import type { History } from './history.ts'
import type { Operation, Outcome } from './operation.ts'

/** What is said of an operation when it begins. */
export type Begun = Pick<Operation, 'session' | 'kind' | 'value'>

export interface OpenOperationComponents {
  readonly world: World
  readonly history: History
  readonly gateway: GatewayProcess
  /** Told of a second outcome. */
  readonly endedTwice: (operation: Operation) => void
  /** Told once, with the operation as it stands in the history. */
  readonly done: (operation: Operation) => void
}

/** An operation that waits for its outcome, from the moment at which it leaves. */
export class OpenOperation {
  readonly #components: OpenOperationComponents
  readonly #index: number
  #isOver = false

  constructor(components: OpenOperationComponents, begun: Begun) {
    const { world, history, gateway } = components
    this.#components = components
    this.#index = history.invoked({ ...begun, gateway: gateway.process.id, invoked: world.now })
  }

  get isOver(): boolean {
    return this.#isOver
  }

  end(outcome: Outcome, end: Partial<Operation>): void {
    const { world, history, endedTwice, done, gateway } = this.#components
    const isDelayed = gateway.process.stoodStillSince(history.operations[this.#index]?.invoked ?? 0)
    const operation = { ...(isDelayed && { isDelayed }), ...end, outcome, returned: world.now }
    if (this.#isOver) {
      endedTwice({ ...(history.operations[this.#index] as Operation), ...operation })
      return
    }
    this.#isOver = true
    world.note(`${outcome} ${end.code ?? ''} ${this.#index}`)
    done(history.returned(this.#index, operation))
  }
}
