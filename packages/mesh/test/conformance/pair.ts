import type { Delivery, Mesh, Serving } from '@scaled-mcp/mesh'
import { bytes, fresh, type MeshUnderTest, text } from './mesh-under-test.ts'

interface PairInit {
  readonly worker: Mesh
  readonly gateway: Mesh
  readonly errors: readonly Error[]
}

/** A worker that serves a subject of its own, and a gateway that asks it. */
export class Pair {
  readonly worker: Mesh
  readonly gateway: Mesh
  readonly subject = `mcp.worker.${fresh()}.ask`
  /** What no caller was there to take, of both. */
  readonly errors: readonly Error[]

  static async connect(mesh: MeshUnderTest): Promise<Pair> {
    const errors: Error[] = []
    const onError = (error: Error): void => void errors.push(error)
    return new Pair({ worker: await mesh.connect({ onError }), gateway: await mesh.connect({ onError }), errors })
  }

  constructor({ worker, gateway, errors }: PairInit) {
    this.worker = worker
    this.gateway = gateway
    this.errors = errors
  }

  /** Serves at the worker; the gateway's next message will find it. */
  async serve(handler: (delivery: Delivery) => void, subject = this.subject): Promise<Serving> {
    const serving = this.worker.wire.serve(subject, handler)
    await this.worker.wire.flush()
    return serving
  }

  async ask(body = '', timeoutMs = 5_000): Promise<string> {
    return text((await this.gateway.wire.ask(this.subject, { body: bytes(body) }, { timeoutMs })).body)
  }

  /** Whether nobody serves the subject. */
  isUnserved(): Promise<boolean> {
    return this.ask('', 100).then(
      () => false,
      (error) => error.code === 'NoResponders'
    )
  }
}
