/**
 * The session-worker service: a member of the cluster that hosts sessions.
 *
 * K1  It takes questions only while it is a member, and leaves only when it owns nothing.
 * K2  Stopping hands every session over: what runs may finish, then the address is released for any worker to open.
 */
import { ActorSystem, type Clock, systemClock } from '@scaled-mcp/actor'
import { Directory, Membership } from '@scaled-mcp/cluster'
import type { Subjects } from '@scaled-mcp/contracts'
import type { Announcement, Mesh, Serving } from '@scaled-mcp/mesh'
import type { Logger, ServerDefinition } from '@scaled-mcp/server'
import { Claims, type Owned } from './claims.ts'
import { Hosting } from './hosting.ts'
import { Intake } from './intake.ts'
import { Resend } from './resend.ts'

export interface SessionWorkerComponents {
  readonly mesh: Mesh
  readonly subjects: Subjects
  readonly definition: ServerDefinition
  readonly logger: Logger
  readonly clock?: Clock
}

export interface SessionWorkerInit {
  readonly hostName: string
  readonly build: string
  /** Sessions hosted at once; above it others are asked. */
  readonly maxSessions: number
  /** Requests of one session in flight at once; above it they are refused. */
  readonly inFlight: number
  /** How long an answer may take before its request becomes a stream, in milliseconds. */
  readonly decideMs: number
  /** How long running requests may take to finish when the worker stops, in milliseconds. */
  readonly graceMs: number
}

export class SessionWorker {
  readonly #components: SessionWorkerComponents
  readonly #system: ActorSystem
  readonly #membership: Membership
  readonly #hosting: Hosting
  readonly #intake: Intake
  readonly #resend: Resend
  #serving: Serving | undefined
  #announcement: Announcement | undefined

  private constructor(components: SessionWorkerComponents, init: SessionWorkerInit) {
    const { mesh, subjects, logger, clock = systemClock } = components
    this.#components = components
    const onFailure = (name: string, error: unknown) => logger.error({ err: error, actor: name }, 'actor failed')
    this.#system = ActorSystem.start({ clock, onFailure })
    this.#membership = membershipOf({ ...components, clock }, init, () => this.#hosting.size)
    this.#resend = new Resend(mesh.wire)
    const directory = new Directory({ entries: mesh.records.directory, clock })
    const claims = new Claims({ directory, states: mesh.records.state }, mesh.process)
    const states = mesh.records.state
    const refused = (owned: Owned) => this.#intake.refused(owned)
    const hosted = { states, system: this.#system, resend: this.#resend, logger, clock, refused }
    this.#hosting = new Hosting({ ...hosted, definition: components.definition }, init)
    this.#intake = new Intake({ subjects, claims, hosting: this.#hosting, logger })
  }

  /** Joins and takes sessions. @throws StoreUnavailable. */
  static async start(components: SessionWorkerComponents, init: SessionWorkerInit): Promise<SessionWorker> {
    const worker = new SessionWorker(components, init)
    await worker.#start(components, init)
    return worker
  }

  /** The worker's id in the cluster. */
  get id(): string {
    return this.#components.mesh.process
  }

  /** Sessions hosted. */
  get load(): number {
    return this.#hosting.size
  }

  get isReady(): boolean {
    return this.#components.mesh.wire.connected && !this.#intake.isClosed
  }

  /** Rebuilds every session from its record with another definition; clients notice nothing. */
  async reload(definition: ServerDefinition): Promise<void> {
    this.#hosting.use(definition)
    await this.#intake.passivateAll()
  }

  /** Takes nothing new, lets what runs finish, and releases every session (K2). */
  async drain(): Promise<void> {
    this.#intake.close()
    await this.#membership.drain()
    await this.#intake.releaseAll()
    await this.#serving?.drain()
  }

  /** Leaves the cluster. Idempotent. */
  async stop(): Promise<void> {
    this.#serving?.stop()
    await this.#system.stop()
    await this.#announcement?.stop()
    await this.#membership.leave()
    this.#resend.stop()
  }

  async #start({ mesh, subjects }: SessionWorkerComponents, { build, hostName }: SessionWorkerInit): Promise<void> {
    await this.#membership.join() // K1
    this.#serving = mesh.wire.serve(subjects.worker(this.id), (delivery) => this.#intake.receive(delivery))
    const description = { id: this.id, role: 'worker', build, host: hostName, pid: process.pid } as const
    this.#announcement = await mesh.services.announce(description, () => this.load)
  }
}

function membershipOf(
  { mesh, logger, clock }: SessionWorkerComponents & { readonly clock: Clock },
  { hostName, build }: SessionWorkerInit,
  load: () => number
): Membership {
  const lost = () => logger.error({ worker: mesh.process }, 'another process declared this worker dead')
  const missed = (error: unknown) => logger.warn({ err: error }, 'heartbeat not stored')
  const identity = { id: mesh.process, role: 'worker', host: hostName, pid: process.pid, build } as const
  return new Membership({ members: mesh.records.members, clock, load, lost, missed }, identity)
}
