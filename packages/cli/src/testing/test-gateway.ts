import type { Gateway } from '@scaled-mcp/gateway'
import { startGateway } from '../start-gateway.ts'
import { TestProcess } from './test-process.ts'
import type { TestWorkerComponents } from './test-worker.ts'

/** A gateway as production starts it, in a process of a test cluster. */
export class TestGateway {
  readonly #process: TestProcess
  readonly #gateway: Gateway

  private constructor(process: TestProcess, gateway: Gateway) {
    this.#process = process
    this.#gateway = gateway
  }

  static async start(components: TestWorkerComponents): Promise<TestGateway> {
    const { config, logger } = components
    const process = new TestProcess(components, { id: 'gateway', leaseMs: config.cluster.leaseMs })
    return new TestGateway(process, await startGateway(process, config, logger))
  }

  get url(): string {
    return this.#gateway.url
  }

  async stop(): Promise<void> {
    await this.#gateway.stop()
    await this.#process.mesh.stop()
  }
}
