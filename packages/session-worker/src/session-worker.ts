/**
 * The session-worker service: a member of the cluster that hosts sessions.
 *
 * K1  It takes questions only while it is a member, and leaves only when it owns nothing.
 * K2  Stopping hands every session over: what runs may finish, then the address is released for any worker to open.
 * K3  While its lease is not held it starts, answers and stores nothing, and keeps what it hosts; with the lease it goes
 *     on. Declared dead, it forgets everything at once.
 */
import { ActorSystem, type Clock, systemClock, type Timer } from '@scaled-mcp/actor'
import {
  Directory,
  FailureDetector,
  type LeaseTimes,
  leaseTimes,
  type Member,
  Membership,
  MemberView
} from '@scaled-mcp/cluster'
import { hasCode, type Subjects } from '@scaled-mcp/contracts'
import { type Announcement, type Mesh, pause, type Serving } from '@scaled-mcp/mesh'
import type { ActorsOf, Logger, ServerDefinition } from '@scaled-mcp/server'
import { ActorQuota } from './actor-quota.ts'
import { Claims, type Owned } from './claims.ts'
import { type Heap, processHeap } from './heap.ts'
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
import { type ServeSession, serveSdk } from './serve-session.ts'
import { Sweeper, type SweeperInit } from './sweeper.ts'
import { WorkerControl } from './worker-control.ts'

export interface SessionWorkerComponents {
  readonly mesh: Mesh
  readonly subjects: Subjects
  readonly definition: ServerDefinition
  readonly logger: Logger
  readonly clock?: Clock
  /** The worker's place in the cluster. Default: kept up by this thread, as long as its event loop turns. */
  readonly member?: Member
  /** How a session's server is hosted. Default: as the SDK server that the definition creates. */
  readonly serve?: ServeSession
  /** Default: of this process. */
  readonly heap?: Heap
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
  /** How long a session may be idle before it leaves memory, in milliseconds. Default 600,000. */
  readonly passivateMs?: number
  /** How long a client has to say that it is initialized, in milliseconds. Default 10,000. */
  readonly initializeMs?: number
  /** When and what the sweeper ends and removes. Default: every 10 minutes, what is 24 hours old. */
  readonly sweep?: Partial<Omit<SweeperInit, 'self'>>
  /** Sessions that may stay in memory at once; above it the longest idle leave. Default: all. */
  readonly maxInMemory?: number
  /** Percent of the heap limit that may be in use after a collection; above it the longest idle leave. Default 100: all. */
  readonly maxHeapPercent?: number
  /** Actors that one principal may begin on this worker in a minute. Default 600. */
  readonly newActorsPerMinute?: number
  /** Whether an idle session is rebuilt from its record before each message. Default false. */
  readonly isRebuilt?: boolean
  /** How long the worker may act after its last stored heartbeat, in milliseconds. */
  readonly leaseMs: number
}

const PASSIVATE_MS = 600_000
const INITIALIZE_MS = 10_000
const NEW_ACTORS_PER_MINUTE = 600
const SWEEP = { everyMs: 600_000, idleMs: 86_400_000, keptMs: 86_400_000 }

export class SessionWorker {
  readonly #components: SessionWorkerComponents
  readonly #system: ActorSystem
  readonly #gate: LeaseGate
  readonly #reach: Reach
  readonly #clock: Clock
  readonly #times: LeaseTimes
  readonly #graceMs: number
  readonly #member: Member
  readonly #members: MemberView
  readonly #detector: FailureDetector
  readonly #hosting: Hosting
  readonly #intake: Intake
  readonly #resend: Resend
  readonly #passivation: Passivation
  readonly #heapRelief: HeapRelief
  readonly #newcomers: Newcomers
  readonly #sweeper: Sweeper
  #serving: Serving | undefined
  #control: WorkerControl | undefined
  #announcement: Announcement | undefined
  #leaseWatch: Timer | undefined
  #stopListening: (() => void) | undefined
  #isDrained = false
  #isSuspended = false
  /** Resolves when another process has declared this worker dead and it has forgotten everything. Never rejects. */
  readonly lost: Promise<void>

  private constructor(components: SessionWorkerComponents, init: SessionWorkerInit) {
    const { mesh, subjects, logger, clock = systemClock, heap = processHeap } = components
    this.#components = components
    this.#clock = clock
    this.#times = leaseTimes(init.leaseMs)
    this.#graceMs = init.graceMs
    this.#member = components.member ?? membershipOf({ ...components, clock }, init, () => this.#hosting.size)
    this.#members = memberViewOf({ ...components, clock }, this.#times)
    this.#detector = this.#detectorOf(mesh)
    const { lease } = this.#member
    this.#gate = new LeaseGate(lease)
    this.#resend = new Resend(mesh.wire, lease)
    const directory = new Directory({ entries: mesh.records.directory, members: this.#members, clock })
    const kinds = () => this.#hosting.kinds
    this.#reach = new Reach({ mesh, subjects, directory, members: this.#members, clock, logger, kinds })
    this.#system = this.#systemOf(logger)
    const quota = new ActorQuota(clock, init.newActorsPerMinute ?? NEW_ACTORS_PER_MINUTE)
    const claims = new Claims({ directory, states: mesh.records.state, events: mesh.events, quota }, mesh.process)
    this.#hosting = this.#hostingOf(claims, init)
    const living = () => this.#hosting.all()
    const find = (key: string) => sessionOf(this.#hosting.get(key))
    const newcomers = { clock, find, end: (session: LivingSession) => this.#intake.endAbandoned(session) }
    this.#newcomers = new Newcomers(newcomers, init.initializeMs ?? INITIALIZE_MS)
    const begun = (session: LivingSession) => this.#newcomers.add(session)
    this.#intake = new Intake(
      { subjects, claims, hosting: this.#hosting, lease, resend: this.#resend, logger, begun },
      { isRebuilt: init.isRebuilt ?? false }
    )
    this.#sweeper = this.#sweeperOf(mesh, { directory, claims }, init.sweep)
    const { passivateMs: idleMs = PASSIVATE_MS, maxInMemory = Number.POSITIVE_INFINITY } = init
    const release = (unused: readonly LivingActor[]) => this.#intake.releaseUnused(unused)
    this.#passivation = new Passivation({ clock, living, release }, { idleMs, maxInMemory })
    this.#heapRelief = new HeapRelief({ heap, living, release, logger }, { maxPercent: init.maxHeapPercent ?? 100 })
    this.lost = this.#member.lost.then(() => this.#forgetAll())
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

  /** The actors of the cluster, for a sender in this process. */
  get actorsOf(): ActorsOf {
    return this.#reach.of
  }

  /** Actors hosted: sessions and those of the author's own. */
  get load(): number {
    return this.#hosting.size
  }

  get isReady(): boolean {
    return this.#components.mesh.wire.connected && this.#member.lease.isHeld && !this.#intake.isClosed
  }

  /** Whether it has handed everything over by order, and takes nothing. */
  get isDrained(): boolean {
    return this.#isDrained
  }

  /** Rebuilds every session from its record with another definition; clients notice nothing. */
  async reload(definition: ServerDefinition): Promise<void> {
    this.#hosting.use(definition)
    await this.#member.offer(kindsOf(definition))
    await this.#intake.passivateAll()
  }

  /** Takes nothing new, lets what runs finish, and releases every session (K2), until {@link takeAgain}. */
  async handOver(): Promise<void> {
    this.#isDrained = true
    this.#intake.close()
    await this.#member.drain()
    await this.#intake.releaseAll()
  }

  /** Takes sessions again after {@link handOver}. */
  async takeAgain(): Promise<void> {
    this.#isDrained = false
    this.#intake.open()
    await this.#member.undrain()
  }

  /** Hands everything over on its way out: nothing is heard afterwards. */
  async drain(): Promise<void> {
    this.#passivation.stop()
    this.#heapRelief.stop()
    this.#sweeper.stop()
    this.#control?.stop()
    await this.handOver()
    await this.#serving?.drain()
  }

  /** Leaves the cluster. Idempotent. */
  async stop(): Promise<void> {
    this.#leave()
    await this.#endTurns()
    await this.#announcement?.stop()
    await this.#sendLastWords()
    await this.#member.leave()
    this.#resend.stop()
  }

  async #start({ mesh, subjects }: SessionWorkerComponents, { build, hostName }: SessionWorkerInit): Promise<void> {
    await this.#member.join() // K1
    await this.#members.start()
    await this.#reach.start()
    this.#detector.start()
    this.#watchLease()
    this.#passivation.start()
    this.#heapRelief.start()
    this.#sweeper.start()
    this.#stopListening = mesh.wire.onConnection((isConnected) => {
      if (isConnected) void this.#member.returned()
    })
    this.#serving = mesh.wire.serve(subjects.worker(this.id), (delivery) => this.#intake.receive(delivery))
    const orders = { drain: () => this.handOver(), undrain: () => this.takeAgain() }
    this.#control = new WorkerControl({ ...this.#components, orders })
    const description = { id: this.id, role: 'worker', build, host: hostName, pid: process.pid } as const
    this.#announcement = await mesh.services.announce(description, () => this.load)
  }

  /** K3: what runs is interrupted soon after the lease has ended; that nothing starts is checked where it would. */
  #watchLease(): void {
    this.#leaseWatch = this.#clock.after(this.#times.heartbeatMs / 2, () => {
      if (this.#member.lease.isHeld) this.#resume()
      else if (!this.#isSuspended) this.#suspend()
      this.#watchLease()
    })
  }

  #suspend(): void {
    this.#isSuspended = true
    this.#components.logger.warn({ worker: this.id }, 'the lease has ended: nothing is done until it is held again')
    this.#hosting.suspendAll()
  }

  /** An answer may have been kept while the lease was not held for too short a time to be seen here. */
  #resume(): void {
    if (this.#isSuspended) this.#components.logger.info({ worker: this.id }, 'the lease is held again')
    this.#isSuspended = false
    this.#resend.flush()
    this.#gate.open()
  }

  async #forgetAll(): Promise<void> {
    const worker = this.id
    this.#components.logger.error({ worker }, 'another process has declared this worker dead: it forgets its sessions')
    this.#leave()
    this.#resend.stop()
    this.#gate.close()
    await this.#intake.abandonAll()
    await this.#endTurns()
  }

  /** Whoever hosts nothing any more has waited for the turns already: one that does not end goes on unheard. */
  async #endTurns(): Promise<void> {
    const waitMs = this.#hosting.size === 0 ? 0 : this.#graceMs
    await Promise.race([this.#system.stop(), pause(this.#clock, waitMs)])
  }

  /** The word that this worker is dead travels on another connection, and must not overtake its answers. */
  async #sendLastWords(): Promise<void> {
    const { wire } = this.#components.mesh
    await wire.flush().catch((error) => {
      if (!hasCode(error, 'NotDelivered', 'ConnectionLost', 'DeadlineExceeded')) throw error
    })
  }

  /** Takes part in nothing any more. */
  #leave(): void {
    this.#leaseWatch?.cancel()
    this.#passivation.stop()
    this.#heapRelief.stop()
    this.#newcomers.stop()
    this.#sweeper.stop()
    this.#detector.stop()
    this.#members.stop()
    this.#reach.stop()
    this.#serving?.stop()
    this.#control?.stop()
    this.#stopListening?.()
  }

  /** Deliveries are bytes, and shared; what actors send each other is copied on the way. */
  #systemOf(logger: Logger): ActorSystem {
    const onFailure = (name: string, error: unknown) => logger.error({ err: error, actor: name }, 'actor failed')
    return ActorSystem.start({ clock: this.#clock, onFailure, freezeMessages: false, beyond: this.#reach.actors })
  }

  #hostingOf(claims: Claims, init: SessionWorkerInit): Hosting {
    const { mesh, subjects, definition, logger, serve = serveSdk } = this.#components
    const { isReading } = new ReaderProbe({ wire: mesh.wire, subjects })
    const own = { system: this.#system, resend: this.#resend, gate: this.#gate, clock: this.#clock }
    return new Hosting(
      {
        ...own,
        definition,
        serve,
        logger,
        lease: this.#member.lease,
        states: mesh.records.state,
        streams: { events: mesh.events, isReading },
        isOwner: (owned: Owned) => claims.holds(owned),
        actorsOf: this.#reach.of,
        refused: (key) => this.#intake.refused(key),
        ended: (actor, reason) => this.#intake.endedByItself(actor, reason)
      },
      { ...init, maxBodyBytes: mesh.wire.maxBodyBytes }
    )
  }

  #sweeperOf(
    { process: self, records }: Mesh,
    ownership: { readonly directory: Directory; readonly claims: Claims },
    init: SessionWorkerInit['sweep']
  ): Sweeper {
    const { logger } = this.#components
    const { lease } = this.#member
    const members = { members: this.#members, memberRecords: records.members }
    const exclusively: Intake['exclusively'] = (key, change) => this.#intake.exclusively(key, change)
    const keeps = (kind: string) => this.#hosting.keeps(kind)
    const components = { ...ownership, ...members, lease, clock: this.#clock, logger, keeps, exclusively }
    return new Sweeper(components, { ...SWEEP, ...init, self })
  }

  #detectorOf({ process: self, records: { members } }: Mesh): FailureDetector {
    const { logger } = this.#components
    const declared = (worker: string) => logger.warn({ worker }, 'declared dead: its heartbeat has ended')
    const failed = (error: unknown) => logger.warn({ err: error }, 'a verdict was not stored')
    const { lease } = this.#member
    const components = { members, view: this.#members, lease, clock: this.#clock, declared, failed }
    return new FailureDetector(components, { self, times: this.#times })
  }
}

type Clocked = SessionWorkerComponents & { readonly clock: Clock }

function memberViewOf({ mesh, logger, clock }: Clocked, { observeMs }: LeaseTimes): MemberView {
  const unreadable = (key: string, error: unknown) =>
    logger.warn({ err: error, key }, 'a member record is not readable')
  return new MemberView({ members: mesh.records.members, clock, unreadable }, { freshMs: observeMs })
}

function membershipOf(
  { mesh, logger, clock, definition }: Clocked,
  { hostName, build, leaseMs }: SessionWorkerInit,
  load: () => number
): Membership {
  const missed = (error: unknown) => logger.warn({ err: error }, 'heartbeat not stored')
  const identity = { id: mesh.process, role: 'worker', host: hostName, pid: process.pid, build } as const
  const kinds = kindsOf(definition)
  const times = leaseTimes(leaseMs)
  return new Membership({ members: mesh.records.members, clock, load, missed }, { ...identity, kinds, times })
}

function kindsOf({ actors = {} }: ServerDefinition): readonly string[] {
  return Object.keys(actors)
}

function sessionOf(actor: LivingActor | undefined): LivingSession | undefined {
  return actor instanceof LivingSession ? actor : undefined
}
