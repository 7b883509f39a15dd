import { errorHeaders, type Subjects } from '@scaled-mcp/contracts'
import type { Delivery, Mesh, Serving } from '@scaled-mcp/mesh'
import type { Logger } from '@scaled-mcp/server'

/** What operators ask of a worker. */
type Order = 'drain' | 'undrain'

export interface WorkerControlComponents {
  readonly mesh: Mesh
  readonly subjects: Subjects
  readonly logger: Logger
  /** What each order does; resolves when it is done. */
  readonly orders: Readonly<Record<Order, () => Promise<void>>>
}

const NOTHING = new Uint8Array()

/** Takes the orders of operators, `mcp.worker.<id>.ctl.<order>`, and answers each when it is done. */
export class WorkerControl {
  readonly #components: WorkerControlComponents
  readonly #serving: readonly Serving[]

  constructor(components: WorkerControlComponents) {
    const { mesh, subjects } = components
    this.#components = components
    this.#serving = (['drain', 'undrain'] as const).map((order) =>
      mesh.wire.serve(subjects.control('worker', mesh.process, order), (asked) => this.#take(order, asked))
    )
  }

  /** Idempotent. */
  stop(): void {
    for (const serving of this.#serving) serving.stop()
  }

  #take(order: Order, { reply }: Delivery): void {
    const { mesh, logger, orders } = this.#components
    logger.info({ worker: mesh.process, order }, 'ordered by an operator')
    orders[order]().then(
      () => reply?.end({ body: NOTHING }),
      (error) => reply?.end({ body: NOTHING, headers: errorHeaders(error) })
    )
  }
}
