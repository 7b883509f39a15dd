/**
 * A cluster of real processes on a given NATS, for faults: each worker is a parent and the process it has started, and
 * both can be killed or paused; a gateway can be killed and started again. Who owns what is read from the records, as any
 * NATS client can.
 */
import { fileURLToPath } from 'node:url'
import type { MemberRecord } from '@scaled-mcp/contracts'
import { type LaunchedProcess, launch } from '@scaled-mcp/launcher'
import { ClusterRecords, type DirectoryEntry } from './cluster-records.ts'
import { GatewayProcess } from './gateway-process.ts'
import { until } from './until.ts'
import { WorkerProcesses } from './worker-processes.ts'

export interface ProcessClusterOptions {
  /** URL of the NATS it runs on. */
  readonly nats: string
  /** The URL by which one worker reaches it. Default: `nats`. */
  readonly natsOfWorker?: () => Promise<string>
  /** Path of the server module. */
  readonly server: string
  readonly gateways: number
  readonly workers: number
  /** How long a gateway that is stopped still serves, in milliseconds. Default 0. */
  readonly leaveMs?: number
  /** Added to the environment of every process. */
  readonly env?: Readonly<Record<string, string>>
}

const program = fileURLToPath(new URL('../../cli/bin/scaled-mcp.mjs', import.meta.url))
const GATEWAY_READY = /"url":"([^"]*)".*"msg":"ready"/
const WORKER_READY = /"process":"([^"]*)".*"msg":"ready"/
const READY_MS = 40_000

export class ProcessCluster {
  readonly #options: ProcessClusterOptions
  readonly #records: ClusterRecords
  readonly #gateways: GatewayProcess[] = []
  readonly #workers: WorkerProcesses[] = []

  private constructor(options: ProcessClusterOptions, records: ClusterRecords) {
    this.#options = options
    this.#records = records
  }

  static async start(options: ProcessClusterOptions): Promise<ProcessCluster> {
    const cluster = new ProcessCluster(options, await ClusterRecords.connect(options.nats))
    try {
      // The first worker makes the store; the others find it.
      await cluster.keepWorkers(1)
      await allOf([cluster.keepWorkers(options.workers), cluster.#launchGateways()])
      return cluster
    } catch (error) {
      await cluster.stop()
      throw error
    }
  }

  /** Where clients connect, one per gateway. */
  get urls(): readonly [string, ...string[]] {
    return this.#gateways.map(({ url }) => url) as unknown as readonly [string, ...string[]]
  }

  /** In the order of {@link urls}. */
  get gateways(): readonly GatewayProcess[] {
    return this.#gateways
  }

  /** Those that live. */
  get workers(): readonly WorkerProcesses[] {
    return this.#workers
  }

  /** Starts workers until `count` live. */
  async keepWorkers(count: number = this.#options.workers): Promise<void> {
    await allOf(Array.from({ length: count - this.#workers.length }, () => this.#launchWorker()))
  }

  /** The directory entry of a client's session. */
  entryOf(sessionId: string): Promise<DirectoryEntry> {
    return this.#records.entryOf(sessionId)
  }

  /** The record of a member, by its id. */
  memberOf(id: string): Promise<MemberRecord> {
    return this.#records.memberOf(id)
  }

  /** The record of the member that a worker is now; it has another id after it has joined again. */
  async memberOfWorker({ pid }: WorkerProcesses): Promise<MemberRecord | undefined> {
    const members = await Promise.all((await this.#records.living('worker')).map((id) => this.memberOf(id)))
    return members.find((member) => member.pid === pid)
  }

  /** The worker that hosts a client's session. @throws {Error} when it does not live. */
  async ownerOf(sessionId: string): Promise<WorkerProcesses> {
    const { owner } = await this.entryOf(sessionId)
    const { pid } = await this.memberOf(owner)
    const worker = this.#workers.find((living) => living.pid === pid)
    if (!worker) throw new Error(`${owner}, the owner of the session, does not live`)
    return worker
  }

  async stop(): Promise<void> {
    await Promise.all(this.#gateways.map((gateway) => gateway.stop()))
    await Promise.all(this.#workers.map((worker) => worker.stop()))
    await this.#records.close()
  }

  async #launchGateways(): Promise<void> {
    const { nats, leaveMs = 0 } = this.#options
    const launch = (port: string) =>
      this.#launch(['gateway', '--port', port, '--shutdown-leave-ms', String(leaveMs)], nats, GATEWAY_READY)
    const gateways = Array.from({ length: this.#options.gateways }, () => GatewayProcess.start(launch))
    for (const started of await Promise.allSettled(gateways)) {
      if (started.status === 'fulfilled') this.#gateways.push(started.value)
    }
    await Promise.all(gateways)
  }

  async #launchWorker(): Promise<void> {
    const { natsOfWorker, server } = this.#options
    const nats = (await natsOfWorker?.()) ?? this.#options.nats
    const parent = await this.#launch(['worker', server], nats, WORKER_READY)
    const { pid } = await until(() => this.memberOf(parent.ready[1] as string))
    const worker = new WorkerProcesses(parent, { pid, nats })
    this.#workers.push(worker)
    void parent.exited.then(() => this.#workers.splice(this.#workers.indexOf(worker), 1))
  }

  #launch(args: readonly string[], nats: string, ready: RegExp): Promise<LaunchedProcess> {
    const { env } = this.#options
    return launch({
      command: process.execPath,
      args: [program, ...args, '--nats', nats, '--admin-port', '0'],
      ready,
      readyTimeoutMs: READY_MS,
      ...(env && { env })
    })
  }
}

/** As `Promise.all`, but when one fails the others have ended as well. */
async function allOf(work: readonly Promise<unknown>[]): Promise<void> {
  await Promise.allSettled(work)
  await Promise.all(work)
}
