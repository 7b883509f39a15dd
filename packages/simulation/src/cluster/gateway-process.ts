import { type Addressed, Directory, leaseTimes, Membership, MemberView, RouteCache, Router } from '@scaled-mcp/cluster'
import { type Headers, header, type Subjects } from '@scaled-mcp/contracts'
import type { Delivery, FrameReceiver, MemoryBroker, Mesh } from '@scaled-mcp/mesh'
import type { Mutation } from '../mutations/mutation.ts'
import type { Connection } from '../network/connection.ts'
import type { Random } from '../world/random.ts'
import type { SimulatedProcess } from '../world/simulated-process.ts'
import { GatewayReading } from './gateway-reading.ts'

export interface GatewayProcessComponents {
  readonly broker: MemoryBroker
  readonly subjects: Subjects
  readonly process: SimulatedProcess
  /** Makes a connection under a name. */
  readonly connect: (id: string, process: SimulatedProcess) => Connection
  readonly mutation: Mutation
  readonly random: Random
  /** Told when the process ends by itself. */
  readonly ended: () => void
  /** Told of errors that nobody takes. */
  readonly failed: (error: unknown) => void
}

export interface GatewayProcessInit {
  readonly leaseMs: number
  readonly holdMs: number
  readonly requestMaxMs: number
}

const ENDED: Headers = { [header.status]: 'ended' }
const NOTHING = new Uint8Array()

/** One gateway process without its HTTP: what McpEndpoint puts together to find owners. */
export class GatewayProcess {
  readonly process: SimulatedProcess
  readonly connections: readonly Connection[]
  readonly #mesh: Mesh
  readonly #members: MemberView
  readonly #cache = new RouteCache()
  readonly #router: Router
  readonly #membership: Membership
  readonly #readings = new Set<GatewayReading>()
  readonly #subjects: Subjects
  readonly #ended: () => void
  #isStarted = false

  constructor(components: GatewayProcessComponents, { leaseMs, holdMs, requestMaxMs }: GatewayProcessInit) {
    const { broker, subjects, process, mutation, random, failed } = components
    const { id, clock } = process
    this.process = process
    this.connections = [components.connect(id, process)]
    this.#subjects = subjects
    this.#ended = components.ended
    const mesh = broker.connect({ process: id, subjects, clock, onError: failed })
    this.#mesh = mutation.gatewayMesh?.(mesh) ?? mesh
    const { wire, records } = this.#mesh
    const times = leaseTimes(leaseMs)
    this.#members = new MemberView(
      { members: records.members, clock, unreadable: (_, e) => failed(e) },
      { freshMs: times.observeMs }
    )
    const members = this.#members
    const directory = new Directory({ entries: records.directory, members, clock })
    this.#router = new Router(
      { wire, subjects, directory, members, cache: this.#cache, clock, random: random.next },
      { holdMs, requestMaxMs }
    )
    const identity = { id, role: 'gateway', host: 'simulated', pid: 1, build: '0.0.0', times } as const
    this.#membership = new Membership(
      { members: records.members, clock, load: () => 0, missed: () => undefined },
      identity
    )
  }

  /** Whether clients reach it. */
  get isReady(): boolean {
    return this.#isStarted && !this.process.isDead
  }

  async start(): Promise<void> {
    try {
      await this.#members.start()
      await this.#cache.start(this.#mesh.records.directory)
      const reading = this.#subjects.control('gateway', this.process.id, 'reading')
      this.#mesh.wire.serve(reading, (asked) => this.#isRead(asked))
      await this.#membership.join()
      this.#isStarted = true
    } catch {
      this.#ended()
    }
  }

  ask(message: Addressed, receiver: FrameReceiver): void {
    this.process.execute(() => void this.#router.ask(message, receiver))
  }

  create(mint: () => Addressed, receiver: FrameReceiver): void {
    this.process.execute(() => void this.#router.create(mint, receiver))
  }

  /** Reads a stream for `client`, until it is over or the gateway has learned that the client has gone. */
  read(message: Addressed, client: FrameReceiver): GatewayReading {
    const over = (reading: GatewayReading) => void this.#readings.delete(reading)
    const reading = new GatewayReading({ process: this.process, client, over })
    this.#readings.add(reading)
    reading.from((receiver) => this.#router.read(message, receiver))
    return reading
  }

  /** An owner asks whether a stream that it sends to still has a reader, as McpEndpoint answers it. */
  #isRead({ body, reply }: Delivery): void {
    const asked = Buffer.from(body).toString()
    const isRead = [...this.#readings].some(({ id }) => id === asked)
    reply?.end(isRead ? { body: NOTHING } : { headers: ENDED, body: NOTHING })
  }
}
