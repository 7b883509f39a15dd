import { hostname } from 'node:os'
import { fileURLToPath } from 'node:url'
import { mintProcessId } from '@scaled-mcp/contracts'
import { connectNatsMesh } from '@scaled-mcp/mesh'
import {
  ClusterRecords,
  ProcessCluster as Processes,
  startNatsServer,
  type TestNatsServer,
  until,
  type WorkerProcesses
} from '@scaled-mcp/testkit'
import { AskingWorker, GRACE_MS, subjects } from './asking-worker.ts'
import type { Build, ClusterOptions, ClusterUnderTest, HostUnderTest } from './conformance/actors-under-test.ts'

const modules = { usual: 'scripted', newer: 'scripted-newer', 'no actors': 'no-actors' }
const DEATH_MS = 20_000

interface Parts {
  readonly nats: TestNatsServer
  readonly asker: AskingWorker
  readonly records: ClusterRecords
}

/** Workers as users start them, each a process, on a real nats-server. */
export class ProcessCluster implements ClusterUnderTest {
  readonly actors: ClusterUnderTest['actors']
  readonly ownerOf: ClusterUnderTest['ownerOf']
  readonly #parts: Parts
  readonly #options: ClusterOptions
  /** One for each worker, so that each may be of another build. */
  readonly #started: Processes[] = []

  private constructor(parts: Parts, options: ClusterOptions) {
    this.#parts = parts
    this.#options = options
    this.actors = (of) => parts.asker.actors(of)
    this.ownerOf = (name) => parts.asker.ownerOf(name)
  }

  static async start(options: ClusterOptions = {}): Promise<ProcessCluster> {
    const nats = await startNatsServer()
    const id = mintProcessId('worker', hostname())
    const durability = { replicas: 1, storage: 'file' } as const
    const asker = await AskingWorker.start(
      await connectNatsMesh({ servers: nats.url, process: id, subjects, durability })
    )
    return new ProcessCluster({ nats, asker, records: await ClusterRecords.connect(nats.url) }, options)
  }

  async start(build: Build = 'usual'): Promise<HostUnderTest> {
    const server = fileURLToPath(new URL(`../servers/${modules[build]}.ts`, import.meta.url))
    const { passivateMs } = this.#options
    const started = await Processes.start({
      nats: this.#parts.nats.url,
      server,
      gateways: 0,
      workers: 1,
      env: {
        SCALED_MCP_SHUTDOWN_GRACE_MS: String(GRACE_MS),
        ...(passivateMs !== undefined && { SCALED_MCP_SESSION_PASSIVATE_MS: String(passivateMs) })
      }
    })
    this.#started.push(started)
    const worker = started.workers[0] as WorkerProcesses
    const { id } = await until(() => started.memberOfWorker(worker), { describe: 'the worker says who it is' })
    const memberNow = async () => (await started.memberOfWorker(worker))?.id
    return new ProcessHost({ worker, memberNow, records: this.#parts.records }, id)
  }

  async stop(): Promise<void> {
    const { nats, asker, records } = this.#parts
    await Promise.all(this.#started.map((started) => started.stop()))
    await asker.stop()
    await records.close()
    await nats.stop()
  }
}

interface HostParts {
  readonly worker: WorkerProcesses
  /** Id of the member that the worker is now. */
  readonly memberNow: () => Promise<string | undefined>
  readonly records: ClusterRecords
}

class ProcessHost implements HostUnderTest {
  readonly id: string
  readonly #parts: HostParts

  constructor(parts: HostParts, id: string) {
    this.id = id
    this.#parts = parts
  }

  async leave(): Promise<void> {
    await this.#parts.worker.stop()
  }

  async kill(): Promise<void> {
    await this.#parts.worker.kill()
  }

  async pause(): Promise<void> {
    const { worker, records } = this.#parts
    worker.pause()
    const isDead = async () => (await records.memberOf(this.id)).state === 'dead'
    await until(isDead, { timeoutMs: DEATH_MS, describe: 'the worker that stands still is taken for dead' })
  }

  async resume(): Promise<string> {
    const { worker, memberNow } = this.#parts
    worker.resume()
    const another = async () => {
      const id = await memberNow()
      return id !== this.id && id
    }
    return until(another, { timeoutMs: DEATH_MS, describe: 'the worker has joined again' })
  }
}
