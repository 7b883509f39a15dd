/**
 * The session-worker service: a member of the cluster that hosts sessions.
 *
 * K1  It takes questions only while it is a member, and leaves only when it owns nothing.
 * K2  Stopping hands every session over: what runs may finish, then the address is released for any worker to open.
 * K3  While its lease is not held it starts, answers and stores nothing, and keeps what it hosts; with the lease it goes
 *     on. Declared dead, it forgets everything at once.
 */
import { type Clock, systemClock, type Timer } from '@scaled-mcp/actor'
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
import type { Announcement, Mesh, Serving } from '@scaled-mcp/mesh'
import type { ActorsOf, Logger, ServerDefinition } from '@scaled-mcp/server'
import { type Heap, processHeap } from './heap.ts'
import { type ServeSession, serveSdk } from './serve-session.ts'
import { WorkerActors, type WorkerActorsInit } from './worker-actors.ts'
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

export interface SessionWorkerInit extends WorkerActorsInit {
  readonly hostName: string
  readonly build: string
  /** How long the worker may act after its last stored heartbeat, in milliseconds. */
  readonly leaseMs: number
}

export class SessionWorker {
  readonly #components: SessionWorkerComponents
  readonly #clock: Clock
  readonly #times: LeaseTimes
  readonly #member: Member
  readonly #members: MemberView
  readonly #detector: FailureDetector
  readonly #actors: WorkerActors
  readonly #hosts: SessionWorkerInit['hosts']
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
    const { mesh, clock = systemClock, serve = serveSdk, heap = processHeap } = components
    this.#components = components
    this.#clock = clock
    this.#hosts = init.hosts
    this.#times = leaseTimes(init.leaseMs)
    this.#member = components.member ?? membershipOf({ ...components, clock }, init, () => this.load)
    this.#members = memberViewOf({ ...components, clock }, this.#times)
    this.#detector = this.#detectorOf(mesh)
    const directory = new Directory({ entries: mesh.records.directory, members: this.#members, clock })
    const cluster = { lease: this.#member.lease, members: this.#members, directory }
    this.#actors = new WorkerActors({ ...components, ...cluster, clock, serve, heap }, init)
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
    return this.#actors.actorsOf
  }

  /** Actors hosted: sessions and those of the author's own. */
  get load(): number {
    return this.#actors.size
  }

  get isReady(): boolean {
    return this.#components.mesh.wire.connected && this.#member.lease.isHeld && !this.#actors.isClosed
  }

  /** Whether it has handed everything over by order, and takes nothing. */
  get isDrained(): boolean {
    return this.#isDrained
  }

  /** Rebuilds every session from its record with another definition; clients notice nothing. */
  async reload(definition: ServerDefinition): Promise<void> {
    const rebuilt = this.#actors.rebuild(definition)
    await this.#member.offer(kindsOf(definition, this.#hosts))
    await rebuilt
  }

  /** Takes nothing new, lets what runs finish, and releases every session (K2), until {@link takeAgain}. */
  async handOver(): Promise<void> {
    this.#isDrained = true
    this.#actors.close()
    await this.#member.drain()
    await this.#actors.releaseAll()
  }

  /** Takes sessions again after {@link handOver}. */
  async takeAgain(): Promise<void> {
    this.#isDrained = false
    this.#actors.open()
    await this.#member.undrain()
  }

  /** Hands everything over on its way out: nothing is heard afterwards. */
  async drain(): Promise<void> {
    this.#actors.stopLettingGo()
    this.#control?.stop()
    await this.handOver()
    await this.#serving?.drain()
  }

  /** Leaves the cluster. Idempotent. */
  async stop(): Promise<void> {
    this.#leave()
    await this.#actors.endTurns()
    await this.#announcement?.stop()
    await this.#sendLastWords()
    await this.#member.leave()
    this.#actors.stop()
  }

  async #start({ mesh, subjects }: SessionWorkerComponents, { build, hostName }: SessionWorkerInit): Promise<void> {
    await this.#member.join() // K1
    await this.#members.start()
    await this.#actors.start()
    this.#detector.start()
    this.#watchLease()
    this.#stopListening = mesh.wire.onConnection((isConnected) => {
      if (isConnected) void this.#member.returned()
    })
    this.#serving = mesh.wire.serve(subjects.worker(this.id), (delivery) => this.#actors.receive(delivery))
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
    this.#actors.suspend()
  }

  /** An answer may have been kept while the lease was not held for too short a time to be seen here. */
  #resume(): void {
    if (this.#isSuspended) this.#components.logger.info({ worker: this.id }, 'the lease is held again')
    this.#isSuspended = false
    this.#actors.resume()
  }

  async #forgetAll(): Promise<void> {
    const worker = this.id
    this.#components.logger.error({ worker }, 'another process has declared this worker dead: it forgets its sessions')
    this.#leave()
    await this.#actors.abandonAll()
    await this.#actors.endTurns()
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
    this.#actors.leave()
    this.#detector.stop()
    this.#members.stop()
    this.#serving?.stop()
    this.#control?.stop()
    this.#stopListening?.()
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
  { hostName, build, leaseMs, hosts }: SessionWorkerInit,
  load: () => number
): Membership {
  const missed = (error: unknown) => logger.warn({ err: error }, 'heartbeat not stored')
  const identity = { id: mesh.process, role: 'worker', host: hostName, pid: process.pid, build } as const
  const kinds = kindsOf(definition, hosts)
  const times = leaseTimes(leaseMs)
  return new Membership({ members: mesh.records.members, clock, load, missed }, { ...identity, kinds, times })
}

function kindsOf({ actors = {} }: ServerDefinition, hosts: SessionWorkerInit['hosts']): readonly string[] {
  return Object.keys(actors).filter((kind) => hosts?.(kind) ?? true)
}
