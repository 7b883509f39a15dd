import type { Config, Logger } from '@scaled-mcp/host'
import type { ServerDefinition } from '@scaled-mcp/server'
import type { SessionWorker } from '@scaled-mcp/session-worker'
import { startWorker } from '../start-worker.ts'
import { TestProcess, type TestProcessComponents } from './test-process.ts'

export interface TestWorkerComponents extends TestProcessComponents {
  readonly definition: ServerDefinition
  readonly config: Config
  readonly logger: Logger
}

export interface TestWorkerInit {
  readonly id: string
  /** Which kinds of actors it takes, `session` among them. */
  readonly hosts: (kind: string) => boolean
}

/** A session-worker as production starts it, in a process of a test cluster. */
export class TestWorker {
  readonly process: TestProcess
  readonly worker: SessionWorker

  private constructor(process: TestProcess, worker: SessionWorker) {
    this.process = process
    this.worker = worker
  }

  static async start(components: TestWorkerComponents, { id, hosts }: TestWorkerInit): Promise<TestWorker> {
    const { config, logger, definition } = components
    const process = new TestProcess(components, { id, leaseMs: config.cluster.leaseMs })
    const { mesh, subjects, leaseMs, clock } = process
    const worker = await startWorker({ mesh, subjects, leaseMs, clock, definition, hosts }, config, logger)
    return new TestWorker(process, worker)
  }

  get id(): string {
    return this.process.id
  }

  /** As after SIGTERM. */
  async drain(): Promise<void> {
    await this.worker.drain()
    await this.stop()
  }

  async stop(): Promise<void> {
    await this.worker.stop()
    await this.process.mesh.stop()
  }

  /** Lets go of what is left of a worker that was killed. */
  async bury(): Promise<void> {
    await this.process.bury()
    await this.worker.stop()
  }
}
