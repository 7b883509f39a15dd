/**
 * The system under test: a broker, workers, gateways, and whoever starts a new worker when one has ended.
 */
import { certifyDeath } from '@scaled-mcp/cluster'
import { addressKey, DEFAULT_TENANT, Subjects } from '@scaled-mcp/contracts'
import { MemoryBroker } from '@scaled-mcp/mesh'
import type { Mutation } from '../mutations/mutation.ts'
import type { Connection } from '../network/connection.ts'
import { SimulatedNetwork } from '../network/simulated-network.ts'
import { type Start, StoreReferee } from '../referee/store-referee.ts'
import type { Rule } from '../referee/violation.ts'
import { Machine } from '../world/machine.ts'
import type { Random } from '../world/random.ts'
import { SimulatedProcess } from '../world/simulated-process.ts'
import type { World } from '../world/world.ts'
import { GatewayProcess, type GatewayProcessInit } from './gateway-process.ts'
import { WorkerProcess } from './worker-process.ts'

export interface ClusterComponents {
  readonly world: World
  readonly random: Random
  readonly mutation: Mutation
  readonly violated: (rule: Rule, detail: string) => void
}

export interface ClusterInit extends GatewayProcessInit {
  readonly workers: number
  readonly gateways: number
  /** How much faster or slower than true time a process's clock may be, from 0 up to 1. */
  readonly drift: number
  /** Largest body of one stored event, in bytes; larger ones are stored in parts. Default: as the mesh has it. */
  readonly maxEventBytes?: number | undefined
  /** How long a session is idle before it leaves memory, in milliseconds. Default: longer than a run. */
  readonly passivateMs?: number | undefined
  /** From one sweep to the next, in milliseconds. Default: longer than a run. */
  readonly sweepMs?: number | undefined
}

/** How a process is killed. */
export interface Kill {
  /** Whether somebody sees it and writes it down. */
  readonly isCertified: boolean
  /** How long the broker takes it for connected; 0: until what it sent has arrived. */
  readonly silentMs: number
}

const NEW_PROCESS_MS = [200, 3_000] as const
const CERTIFICATE_MS = [5, 150] as const
/** What our streams have on a nats-server that looks at ids first, up to 2.11. */
const DUPLICATE_WINDOW_MS = 15_000
const KILLED: Kill = { isCertified: false, silentMs: 0 }

export class Cluster {
  readonly network: SimulatedNetwork
  readonly referee: StoreReferee
  readonly #components: ClusterComponents
  readonly #init: ClusterInit
  readonly #broker: MemoryBroker
  readonly #subjects = new Subjects()
  readonly #workers = new Map<string, WorkerProcess>()
  readonly #gateways = new Map<string, GatewayProcess>()

  constructor(components: ClusterComponents, init: ClusterInit) {
    const { world, random, mutation, violated } = components
    this.#components = components
    this.#init = init
    this.network = new SimulatedNetwork({ world, random: random.fork() })
    const writer = () => this.network.asking
    const holdsLease = (worker: string) => this.#holdsLease(worker)
    this.referee = new StoreReferee({ violated, writer, now: () => world.now, holdsLease })
    const clock = { monotonic: () => world.now, wall: () => world.now, after: world.after.bind(world) }
    this.#broker = new MemoryBroker({
      clock,
      ...(random.chance(0.5) && { duplicateWindowMs: DUPLICATE_WINDOW_MS }),
      network: this.network,
      onStored: (message) => {
        world.note(`${message.subject} ${message.sequence}`)
        this.referee.stored(message)
        mutation.stored?.(message)
      }
    })
  }

  start(): void {
    for (let i = 0; i < this.#init.workers; i++) this.#startWorker()
    for (let i = 0; i < this.#init.gateways; i++) this.#startGateway()
  }

  get workers(): readonly WorkerProcess[] {
    return [...this.#workers.values()]
  }

  get gateways(): readonly GatewayProcess[] {
    return [...this.#gateways.values()]
  }

  /** Every living process. */
  get all(): readonly (WorkerProcess | GatewayProcess)[] {
    return [...this.workers, ...this.gateways]
  }

  kill({ process, connections }: WorkerProcess | GatewayProcess, kill: Kill): void {
    const { world, random } = this.#components
    if (process.isDead) return
    for (const connection of connections) connection.end(kill.silentMs)
    process.kill()
    if (kill.isCertified) world.after(random.between(...CERTIFICATE_MS), () => this.#certify(process.id))
  }

  #startWorker(): void {
    const { mutation, random } = this.#components
    const { leaseMs, maxEventBytes, passivateMs, sweepMs } = this.#init
    const process = this.#newProcess('w')
    const worker: WorkerProcess = new WorkerProcess(
      {
        broker: this.#broker,
        subjects: this.#subjects,
        process,
        connect: this.#connect,
        mutation,
        log: this.referee.events,
        handlerStarted: (id, epoch) => this.#handlerStarted(id, { worker: process.id, epoch }),
        lost: () => this.#lost(worker),
        ended: () => this.kill(worker, KILLED),
        failed: (error) => this.#failed(error)
      },
      { leaseMs, maxEventBytes, passivateMs, sweepMs, hasKeeper: random.chance(0.6) }
    )
    this.#workers.set(process.id, worker)
    process.onDeath(() => {
      this.#workers.delete(process.id)
      this.#components.world.after(random.between(...NEW_PROCESS_MS), () => this.#startWorker())
    })
    void worker.start()
  }

  #startGateway(): void {
    const { mutation, random } = this.#components
    const process = this.#newProcess('g')
    const gateway: GatewayProcess = new GatewayProcess(
      {
        broker: this.#broker,
        subjects: this.#subjects,
        process,
        connect: this.#connect,
        mutation,
        random: random.fork(),
        ended: () => this.kill(gateway, KILLED),
        failed: (error) => this.#failed(error)
      },
      this.#init
    )
    this.#gateways.set(process.id, gateway)
    process.onDeath(() => {
      this.#gateways.delete(process.id)
      this.#components.world.after(random.between(...NEW_PROCESS_MS), () => this.#startGateway())
    })
    void gateway.start()
  }

  #newProcess(role: 'w' | 'g' | 'p'): SimulatedProcess {
    const { world, random } = this.#components
    const machine = Machine.any(world, random, this.#init.drift)
    return new SimulatedProcess({ world, machine }, `${role}-0000-${random.token(6)}`)
  }

  readonly #connect = (id: string, process: SimulatedProcess): Connection =>
    this.network.attach(id, process, this.#broker)

  /** The parent of the process has seen its end. */
  #certify(id: string): void {
    const process = this.#newProcess('p')
    const { clock } = process
    const connection = this.#connect(process.id, process)
    const mesh = this.#broker.connect({ process: process.id, subjects: this.#subjects, clock })
    const components = { members: mesh.records.members, clock, failed: () => undefined }
    void certifyDeath(components, { id, by: process.id }).then(() => {
      connection.end(0)
      process.kill()
    })
  }

  #lost(worker: WorkerProcess): void {
    const { id } = worker.process
    if (!this.referee.isDead(id)) this.#components.violated('false-death', id)
    this.kill(worker, KILLED)
  }

  #holdsLease(id: string): boolean {
    return this.#workers.get(id)?.lease.isHeld ?? false
  }

  #handlerStarted(id: string, start: Start): void {
    this.referee.started(addressKey({ tenant: DEFAULT_TENANT, kind: 'session', id }), start)
  }

  #failed(error: unknown): void {
    this.#components.violated('crash', error instanceof Error ? (error.stack ?? error.message) : String(error))
  }
}
