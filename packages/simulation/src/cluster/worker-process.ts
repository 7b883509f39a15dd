import { Lease, leaseTimes, type Member, Membership } from '@scaled-mcp/cluster'
import type { Subjects } from '@scaled-mcp/contracts'
import type { MemoryBroker, Mesh } from '@scaled-mcp/mesh'
import { defineServer, type Logger } from '@scaled-mcp/server'
import { type ServeSession, SessionWorker } from '@scaled-mcp/session-worker'
import type { Log, Mutation } from '../mutations/mutation.ts'
import { alteredWire } from '../network/altered-wire.ts'
import type { Connection } from '../network/connection.ts'
import { PlainServer } from '../server/plain-server.ts'
import type { SimulatedProcess } from '../world/simulated-process.ts'
import { KeptMember } from './kept-member.ts'

export interface WorkerProcessComponents {
  readonly broker: MemoryBroker
  readonly subjects: Subjects
  readonly process: SimulatedProcess
  /** Makes a connection under a name, for the process or one of its threads. */
  readonly connect: (id: string, process: SimulatedProcess) => Connection
  readonly mutation: Mutation
  readonly log: Log
  /** Told of each handler that starts. */
  readonly handlerStarted: (id: string, epoch: number) => void
  /** Told when the worker has been declared dead and has forgotten everything. */
  readonly lost: () => void
  /** Told when the process ends by itself. */
  readonly ended: () => void
  /** Told of errors that nobody takes. */
  readonly failed: (error: unknown) => void
}

export interface WorkerProcessInit {
  readonly leaseMs: number
  /** Whether a thread with a connection of its own keeps the lease. */
  readonly hasKeeper: boolean
  /** Largest body of one stored event, in bytes; larger ones are stored in parts. Default: as the mesh has it. */
  readonly maxEventBytes: number | undefined
  /** How long a session is idle before it leaves memory, in milliseconds. Default: longer than a run. */
  readonly passivateMs: number | undefined
  /** From one sweep to the next, in milliseconds. Default: longer than a run. */
  readonly sweepMs: number | undefined
}

const NEVER_MS = 600_000
/** Clients come back however late, so nothing ends by its age; they say nothing of being initialized either. */
const LIMITS = {
  maxSessions: 100,
  inFlight: 8,
  decideMs: 1_000,
  graceMs: 10_000,
  initializeMs: Number.POSITIVE_INFINITY
} as const
const ENDED_KEPT_MS = 10_000
const definition = defineServer({
  create: () => {
    throw new TypeError('nothing is created here')
  }
})

/** One worker process: the product's SessionWorker, put together as its `main` does it. */
export class WorkerProcess {
  readonly process: SimulatedProcess
  readonly connections: readonly Connection[]
  readonly lease: Lease
  readonly #components: WorkerProcessComponents
  readonly #init: WorkerProcessInit
  readonly #mesh: Mesh
  readonly #member: Member
  #worker: SessionWorker | undefined
  #isLeaving = false
  #runs = 0

  constructor(components: WorkerProcessComponents, init: WorkerProcessInit) {
    const { process, connect, mutation } = components
    const { clock } = process
    const { leaseMs } = init
    this.process = process
    this.#components = components
    this.#init = init
    this.lease = mutation.lease?.({ clock, leaseMs }) ?? new Lease({ clock }, leaseMs)
    const thread = init.hasKeeper ? process.thread('keeper') : undefined
    this.connections = [process, ...(thread ? [thread] : [])].map((which) => connect(which.id, which))
    this.#mesh = this.#connected(process)
    this.#member = thread ? this.#kept(thread) : this.#membership(this.#mesh, process)
  }

  get isReady(): boolean {
    return !this.#isLeaving && this.process.isRunning && this.#worker?.isReady === true
  }

  /** Joins; a worker that cannot ends. */
  async start(): Promise<void> {
    const { mutation, subjects, log, lost, ended } = this.#components
    const logger = this.#logger()
    const { leaseMs, passivateMs = NEVER_MS, sweepMs = NEVER_MS } = this.#init
    const mesh = this.#narrowed(mutation.workerMesh?.(this.#mesh, log) ?? this.#mesh)
    const sweep = { everyMs: sweepMs, idleMs: NEVER_MS, keptMs: ENDED_KEPT_MS }
    const init = { ...LIMITS, hostName: 'simulated', build: '0.0.0', leaseMs, passivateMs, sweep }
    const member = mutation.member?.(this.#member) ?? this.#member
    const { clock } = this.process
    const serve = this.#serve()
    try {
      this.#worker = await SessionWorker.start({ mesh, subjects, definition, logger, clock, member, serve }, init)
      void this.#worker.lost.then(lost)
    } catch {
      ended()
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
    this.#components.ended()
  }

  /** Bodies are small here, and yet have to be stored in parts. */
  #narrowed(mesh: Mesh): Mesh {
    const { maxEventBytes } = this.#init
    return maxEventBytes === undefined
      ? mesh
      : { ...mesh, wire: alteredWire(mesh.wire, { maxBodyBytes: maxEventBytes }) }
  }

  #connected({ id, clock }: SimulatedProcess): Mesh {
    const { broker, subjects, failed: onError } = this.#components
    return broker.connect({ process: id, subjects, clock, onError })
  }

  #kept(thread: SimulatedProcess): Member {
    const mesh = this.#connected(thread)
    const membership = (isAlive: () => boolean) => this.#membership(mesh, thread, isAlive)
    const isAble = () => this.#mesh.wire.connected
    return new KeptMember(
      { main: this.process, thread, membership, isAble },
      leaseTimes(this.#init.leaseMs).heartbeatMs
    )
  }

  #membership({ records }: Mesh, { clock }: SimulatedProcess, isAlive: () => boolean = () => true): Membership {
    const { mutation } = this.#components
    const members = mutation.heartbeats?.(records.members) ?? records.members
    const identity = { id: this.process.id, role: 'worker', host: 'simulated', pid: 1, build: '0.0.0' } as const
    const { leaseMs } = this.#init
    const told = { load: () => this.#worker?.load ?? 0, missed: () => undefined }
    return new Membership(
      { members, clock, lease: this.lease, isAlive, ...told },
      { ...identity, times: { ...leaseTimes(leaseMs), leaseMs: mutation.toldLeaseMs ?? leaseMs } }
    )
  }

  #serve(): ServeSession {
    const { clock } = this.process
    const { handlerStarted: started, mutation } = this.#components
    const { deliveryClass } = mutation
    const nameRun = () => `${this.process.id}-${++this.#runs}`
    return (components, init) => new PlainServer({ ...components, clock, started, deliveryClass, nameRun }, init)
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
