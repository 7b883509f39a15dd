import { ScaledMcpError } from '@scaled-mcp/contracts'
import type { Exchange, Frame, FrameReceiver, Message } from './wire.ts'

/** Makes a promise of an exchange that must be answered by one frame. */
export class SingleAnswer implements FrameReceiver {
  exchange: Exchange | undefined
  readonly #resolve: (answer: Message) => void
  readonly #reject: (error: Error) => void

  constructor(resolve: (answer: Message) => void, reject: (error: Error) => void) {
    this.#resolve = resolve
    this.#reject = reject
  }

  frame(frame: Frame): void {
    if (frame.last && frame.sequence === 0) {
      this.#resolve(frame)
      return
    }
    this.#reject(new ScaledMcpError('StreamBroken', 'one frame was asked for, several came'))
    this.exchange?.cancel()
  }

  failed(error: Error): void {
    this.#reject(error)
  }
}
