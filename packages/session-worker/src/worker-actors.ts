import { ActorSystem, type Clock } from '@scaled-mcp/actor'
import type { Directory, Lease, MemberView } from '@scaled-mcp/cluster'
import type { Subjects } from '@scaled-mcp/contracts'
import { type Delivery, type Mesh, pause } from '@scaled-mcp/mesh'
import type { ActorsOf, Logger, ServerDefinition } from '@scaled-mcp/server'
import { ActorQuota } from './actor-quota.ts'
import { AddressChanges } from './address-changes.ts'
import { Claims, type Owned } from './claims.ts'
import { Departures } from './departures.ts'
import { Endings } from './endings.ts'
import type { Heap } from './heap.ts'
import { HeapRelief } from './heap-relief.ts'
import { Hosting } from './hosting.ts'
import { Intake } from './intake.ts'
import { LeaseGate } from './lease-gate.ts'
import type { LivingActor } from './living-actor.ts'
import { LivingSession } from './living-session.ts'
import { Newcomers } from './newcomers.ts'
import { Passivation } from './passivation.ts'
import { Reach } from './reach.ts'
import { ReaderProbe } from './reader-probe.ts'
import { Resend } from './resend.ts'
import type { ServeSession } from './serve-session.ts'
import { Sweeper, type SweeperInit } from './sweeper.ts'

export interface WorkerActorsComponents {
  readonly mesh: Mesh
  readonly subjects: Subjects
  readonly definition: ServerDefinition
  readonly logger: Logger
  readonly clock: Clock
  readonly serve: ServeSession
  readonly heap: Heap
  readonly lease: Lease
  readonly members: MemberView
  readonly directory: Directory
}

export interface WorkerActorsInit {
  /** Actors hosted at once; above it others are asked. */
  readonly maxSessions: number
  /** Which kinds of actors it takes, `session` among them. Default: all that its server declares. */
  readonly hosts?: (kind: string) => boolean
  /** Requests of one session in flight at once; above it they are refused. */
  readonly inFlight: number
  /** How long an answer may take before its request becomes a stream, in milliseconds. */
  readonly decideMs: number
  /** How long what runs may take to finish when an actor leaves, in milliseconds. */
  readonly graceMs: number
  /** How long an actor may be idle before it leaves memory, in milliseconds. Default 600,000. */
  readonly passivateMs?: number
  /** How long a client has to say that it is initialized, in milliseconds. Default 10,000. */
  readonly initializeMs?: number
  /** When and what the sweeper ends and removes. Default: every 10 minutes, what is 24 hours old. */
  readonly sweep?: Partial<Omit<SweeperInit, 'self'>>
  /** Actors that may stay in memory at once; above it the longest idle leave. Default: all. */
  readonly maxInMemory?: number
  /** Percent of the heap limit that may be in use after a collection; above it the longest idle leave. Default 100: all. */
  readonly maxHeapPercent?: number
  /** Actors that one principal may begin on this worker in a minute. Default 600. */
  readonly newActorsPerMinute?: number
  /** Whether an idle session is rebuilt from its record before each message. Default false. */
  readonly isRebuilt?: boolean
}

const PASSIVATE_MS = 600_000
const INITIALIZE_MS = 10_000
const NEW_ACTORS_PER_MINUTE = 600
const SWEEP = { everyMs: 600_000, idleMs: 86_400_000, keptMs: 86_400_000 }

/** The actors of one worker: how messages reach them, and how they come, stay and leave. */
export class WorkerActors {
  readonly #components: WorkerActorsComponents
  readonly #init: WorkerActorsInit
  readonly #gate: LeaseGate
  readonly #resend: Resend
  readonly #reach: Reach
  readonly #system: ActorSystem
  readonly #claims: Claims
  readonly #hosting: Hosting
  readonly #changes = new AddressChanges()
  readonly #endings: Endings
  readonly #departures: Departures
  readonly #newcomers: Newcomers
  readonly #intake: Intake
  readonly #passivation: Passivation
  readonly #heapRelief: HeapRelief
  readonly #sweeper: Sweeper

  constructor(components: WorkerActorsComponents, init: WorkerActorsInit) {
    const { mesh, lease, heap } = components
    this.#components = components
    this.#init = init
    this.#gate = new LeaseGate(lease)
    this.#resend = new Resend(mesh.wire, lease)
    this.#reach = new Reach({ ...components, kinds: () => this.#hosting.kinds })
    this.#system = this.#systemOf(components)
    this.#claims = this.#claimsOf(components)
    this.#hosting = this.#hostingOf(components)
    const ours = { ...components, claims: this.#claims, hosting: this.#hosting, changes: this.#changes }
    this.#endings = new Endings(ours)
    this.#departures = new Departures(ours, init)
    this.#newcomers = this.#newcomersOf(components)
    const begun = (session: LivingSession) => this.#newcomers.add(session)
    const { isRebuilt = false, passivateMs = PASSIVATE_MS, maxInMemory = Number.POSITIVE_INFINITY } = init
    this.#intake = new Intake({ ...ours, endings: this.#endings, resend: this.#resend, begun }, { isRebuilt })
    const living = () => this.#hosting.all()
    const release = (unused: readonly LivingActor[]) => this.#release(unused)
    const leaving = { ...components, heap, living, release }
    this.#passivation = new Passivation(leaving, { idleMs: passivateMs, maxInMemory })
    this.#heapRelief = new HeapRelief(leaving, { maxPercent: init.maxHeapPercent ?? 100 })
    this.#sweeper = this.#sweeperOf(components)
  }

  get size(): number {
    return this.#hosting.size
  }

  /** Whether nothing new is taken. */
  get isClosed(): boolean {
    return this.#intake.isClosed
  }

  /** The actors of the cluster, for a sender in this process. */
  get actorsOf(): ActorsOf {
    return this.#reach.of
  }

  /** Begins to follow the cluster, and to let go of what nobody uses. @throws StoreUnavailable. */
  async start(): Promise<void> {
    await this.#reach.start()
    this.#passivation.start()
    this.#heapRelief.start()
    this.#sweeper.start()
  }

  receive(delivery: Delivery): void {
    this.#intake.receive(delivery)
  }

  /** Takes nothing new from now on; what is hosted goes on. */
  close(): void {
    this.#intake.close()
  }

  /** Takes what comes again. */
  open(): void {
    this.#intake.open()
  }

  /** Lets what runs finish, stores every actor, and gives it up for any worker to open. */
  releaseAll(): Promise<void> {
    return this.#departures.releaseAll()
  }

  /** Rebuilds every actor by another definition with its next message. */
  async rebuild(definition: ServerDefinition): Promise<void> {
    this.#hosting.use(definition)
    await this.#departures.passivateAll()
  }

  /** The lease has ended: what runs is interrupted, and nothing begins. */
  suspend(): void {
    this.#hosting.suspendAll()
  }

  /** The lease is held: what was kept back is sent, what waits begins. */
  resume(): void {
    this.#resend.flush()
    this.#gate.open()
  }

  /** The lease is lost: forgets every actor at once, without a word to anybody. */
  async abandonAll(): Promise<void> {
    this.#intake.close()
    this.#resend.stop()
    this.#gate.close()
    await this.#departures.abandonAll()
  }

  /** Lets go of nothing by itself any more. */
  stopLettingGo(): void {
    this.#passivation.stop()
    this.#heapRelief.stop()
    this.#sweeper.stop()
  }

  /** Takes part in nothing any more; answers may still be sent. */
  leave(): void {
    this.stopLettingGo()
    this.#newcomers.stop()
    this.#endings.stop()
    this.#reach.stop()
  }

  /**
   * Resolves when every turn has ended. Whoever hosts nothing any more has waited for that already: a turn that does not end
   * goes on unheard.
   */
  async endTurns(): Promise<void> {
    const waitMs = this.size === 0 ? 0 : this.#init.graceMs
    await Promise.race([this.#system.stop(), pause(this.#components.clock, waitMs)])
  }

  /** Sends nothing any more. */
  stop(): void {
    this.#resend.stop()
  }

  /** Of a worker that is being drained everything leaves anyway. */
  async #release(unused: readonly LivingActor[]): Promise<number> {
    return this.isClosed ? 0 : this.#departures.releaseUnused(unused)
  }

  /** Deliveries are bytes, and shared; what actors send each other is copied on the way. */
  #systemOf({ clock, logger }: WorkerActorsComponents): ActorSystem {
    const onFailure = (name: string, error: unknown) => logger.error({ err: error, actor: name }, 'actor failed')
    return ActorSystem.start({ clock, onFailure, freezeMessages: false, beyond: this.#reach.actors })
  }

  #claimsOf({ mesh, directory, clock }: WorkerActorsComponents): Claims {
    const quota = new ActorQuota(clock, this.#init.newActorsPerMinute ?? NEW_ACTORS_PER_MINUTE)
    return new Claims({ directory, states: mesh.records.state, events: mesh.events, quota }, mesh.process)
  }

  #hostingOf(components: WorkerActorsComponents): Hosting {
    const { mesh, subjects } = components
    const { isReading } = new ReaderProbe({ wire: mesh.wire, subjects })
    const hosted = {
      ...components,
      system: this.#system,
      resend: this.#resend,
      gate: this.#gate,
      states: mesh.records.state,
      streams: { events: mesh.events, isReading },
      isOwner: (owned: Owned) => this.#claims.holds(owned),
      actorsOf: this.#reach.of,
      refused: (key: string) => this.#endings.endHere(key),
      ended: (...end: Parameters<Endings['endedByItself']>) => this.#endings.endedByItself(...end)
    }
    return new Hosting(hosted, { ...this.#init, maxBodyBytes: mesh.wire.maxBodyBytes })
  }

  #newcomersOf({ clock }: WorkerActorsComponents): Newcomers {
    const find = (key: string) => sessionOf(this.#hosting.get(key))
    const end = (session: LivingSession) => this.#endings.endAbandoned(session)
    return new Newcomers({ clock, find, end }, this.#init.initializeMs ?? INITIALIZE_MS)
  }

  #sweeperOf(components: WorkerActorsComponents): Sweeper {
    const { process: self, records } = components.mesh
    const exclusively: Intake['exclusively'] = (key, change) => this.#intake.exclusively(key, change)
    const keeps = (kind: string) => this.#hosting.keeps(kind)
    const ours = { claims: this.#claims, memberRecords: records.members, keeps, exclusively }
    return new Sweeper({ ...components, ...ours }, { ...SWEEP, ...this.#init.sweep, self })
  }
}

function sessionOf(actor: LivingActor | undefined): LivingSession | undefined {
  return actor instanceof LivingSession ? actor : undefined
}
