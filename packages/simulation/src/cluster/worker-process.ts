import { Lease, leaseTimes, Membership } from '@scaled-mcp/cluster'
import type { Subjects } from '@scaled-mcp/contracts'
import type { MemoryBroker, Mesh } from '@scaled-mcp/mesh'
import { defineServer, type Logger, type SessionServerComponents, type SessionServerInit } from '@scaled-mcp/server'
import { SessionWorker } from '@scaled-mcp/session-worker'
import type { Mutation } from '../mutations/mutation.ts'
import type { Connection } from '../network/connection.ts'
import { PlainServer } from '../server/plain-server.ts'
import type { SimulatedProcess } from '../world/simulated-process.ts'

export interface WorkerProcessComponents {
  readonly broker: MemoryBroker
  readonly subjects: Subjects
  readonly process: SimulatedProcess
  readonly connection: Connection
  readonly mutation: Mutation
  /** Told of each handler that starts. */
  readonly handlerStarted: (id: string, epoch: number) => void
  /** Told when the worker has been declared dead and has forgotten everything. */
  readonly lost: () => void
  /** Told of errors that nobody takes. */
  readonly failed: (error: unknown) => void
}

export interface WorkerProcessInit {
  readonly leaseMs: number
}

const LIMITS = { maxSessions: 100, inFlight: 8, decideMs: 1_000, graceMs: 10_000 } as const
const definition = defineServer({
  create: () => {
    throw new TypeError('nothing is created here')
  }
})

/** One worker process: the product's SessionWorker, put together as its `main` does it. */
export class WorkerProcess {
  readonly process: SimulatedProcess
  readonly connection: Connection
  readonly lease: Lease
  readonly #components: WorkerProcessComponents
  readonly #init: WorkerProcessInit
  readonly #mesh: Mesh
  readonly #membership: Membership
  #worker: SessionWorker | undefined
  #isLeaving = false

  constructor(components: WorkerProcessComponents, init: WorkerProcessInit) {
    const { broker, subjects, process, connection, mutation, failed } = components
    const { id, clock } = process
    this.process = process
    this.connection = connection
    this.#components = components
    this.#init = init
    this.lease = mutation.lease?.(clock, init.leaseMs) ?? new Lease({ clock }, init.leaseMs)
    this.#mesh = broker.connect({ process: id, subjects, clock, onError: failed })
    const { members } = this.#mesh.records
    const heartbeats = mutation.heartbeats?.(members) ?? members
    const identity = { id, role: 'worker', host: 'simulated', pid: 1, build: '0.0.0' } as const
    this.#membership = new Membership(
      { members: heartbeats, clock, lease: this.lease, load: () => this.#worker?.load ?? 0, missed: () => undefined },
      { ...identity, times: leaseTimes(init.leaseMs) }
    )
  }

  get isReady(): boolean {
    return !this.#isLeaving && this.process.isRunning && this.#worker?.isReady === true
  }

  /** Whether it was told to stop. */
  get isLeaving(): boolean {
    return this.#isLeaving
  }

  /** Joins; a worker that cannot ends. */
  async start(): Promise<void> {
    const { mutation, subjects, lost } = this.#components
    const logger = this.#logger()
    const { leaseMs } = this.#init
    const mesh = mutation.workerMesh?.(this.#mesh) ?? this.#mesh
    const init = {
      ...LIMITS,
      hostName: 'simulated',
      build: '0.0.0',
      leaseMs: mutation.observedLeaseMs?.(leaseMs) ?? leaseMs
    }
    const member = this.#membership
    const { clock } = this.process
    const serve = this.#serve()
    try {
      this.#worker = await SessionWorker.start({ mesh, subjects, definition, logger, clock, member, serve }, init)
      void this.#worker.lost.then(lost)
    } catch {
      this.process.kill()
    }
  }

  /** As after SIGTERM: hands everything over, leaves, ends. */
  leave(): void {
    this.#isLeaving = true
    this.process.execute(() => {
      this.#leave().catch(this.#components.failed)
    })
  }

  async #leave(): Promise<void> {
    await this.#worker?.drain()
    await this.#worker?.stop()
    this.process.kill()
  }

  #serve() {
    const { clock } = this.process
    const { handlerStarted } = this.#components
    return (components: SessionServerComponents, init: SessionServerInit) =>
      new PlainServer({ ...components, clock, started: handlerStarted }, init)
  }

  /** An actor that failed is an error of ours: the plain server has none. */
  #logger(): Logger {
    const quiet = (): void => undefined
    const error = (fields: object, message: string): void => {
      if (message === 'actor failed') this.#components.failed((fields as { readonly err: unknown }).err)
    }
    return { debug: quiet, info: quiet, warn: quiet, error }
  }
}
