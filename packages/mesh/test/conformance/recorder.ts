import type { Frame, FrameReceiver } from '@scaled-mcp/mesh'
import { text } from './mesh-under-test.ts'

/** Keeps what it receives, and fails the test when anything comes after the end. */
export class Recorder implements FrameReceiver {
  readonly frames: Frame[] = []
  readonly failures: Error[] = []
  /** Resolves with the frames' bodies; rejects with the failure. */
  readonly ended: Promise<readonly string[]>
  #resolve: (bodies: readonly string[]) => void = () => undefined
  #reject: (error: Error) => void = () => undefined

  constructor() {
    this.ended = new Promise((resolve, reject) => {
      this.#resolve = resolve
      this.#reject = reject
    })
    this.ended.catch(() => undefined)
  }

  frame(frame: Frame): void {
    this.frames.push(frame)
    if (frame.last) this.#resolve(this.frames.map(({ body }) => text(body)))
  }

  failed(error: Error): void {
    this.failures.push(error)
    this.#reject(error)
  }
}
