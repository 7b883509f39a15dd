import type { Exchange, Frame, FrameReceiver } from '@scaled-mcp/mesh'
import type { SimulatedProcess } from '../world/simulated-process.ts'

export interface GatewayReadingComponents {
  readonly process: SimulatedProcess
  /** The client that reads. */
  readonly client: FrameReceiver
  /** Told once that it is over. */
  readonly over: (reading: GatewayReading) => void
}

/** One GET at a gateway, as StreamReading has it: its client reads a stream until that is over, or goes away. */
export class GatewayReading implements FrameReceiver {
  readonly #components: GatewayReadingComponents
  #exchange: Exchange | undefined

  constructor(components: GatewayReadingComponents) {
    this.#components = components
  }

  /** Of the question that it asks now. */
  get id(): string | undefined {
    return this.#exchange?.id
  }

  /** Begins to read, as soon as the gateway can. */
  from(read: (receiver: FrameReceiver) => Exchange): void {
    this.#components.process.execute(() => {
      this.#exchange = read(this)
    })
  }

  frame(frame: Frame): void {
    if (frame.last) this.#components.over(this)
    this.#components.client.frame(frame)
  }

  failed(error: Error): void {
    this.#components.over(this)
    this.#components.client.failed(error)
  }

  /** The gateway has learned that its client has gone away. */
  cancel(): void {
    this.#components.process.execute(() => this.#exchange?.cancel())
  }
}
