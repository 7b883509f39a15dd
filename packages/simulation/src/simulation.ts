/**
 * One run: the product's own code under the faults that a seed chooses, and what was wrong with it.
 *
 * S1  The seed decides everything: the same seed and mutation give the same trace.
 * S2  Faults end in time; from then on the system has to recover, and everything has to have an outcome.
 */
import { leaseTimes } from '@scaled-mcp/cluster'
import { Cluster } from './cluster/cluster.ts'
import { chooseMix, type FaultMix, type MixName, mixes } from './faults/fault-mix.ts'
import { FaultPlan } from './faults/fault-plan.ts'
import type { Mutation } from './mutations/mutation.ts'
import { judgeHistory } from './referee/history-judge.ts'
import { judgeSight, missedBy } from './referee/stream-judge.ts'
import type { Rule, Violation } from './referee/violation.ts'
import { Client, type ClientInit } from './workload/client.ts'
import { History } from './workload/history.ts'
import type { Operation } from './workload/operation.ts'
import type { StreamSight } from './workload/stream-sight.ts'
import { Random } from './world/random.ts'
import { World } from './world/world.ts'

export interface SimulationInit {
  readonly seed: number
  /** Default: nothing is switched off. */
  readonly mutation?: Mutation
  /** Default: as the seed chooses. */
  readonly mix?: MixName
}

export interface SimulationResult {
  readonly seed: number
  readonly mix: MixName
  readonly violations: readonly Violation[]
  readonly history: History
  readonly takeovers: number
  readonly faults: ReadonlyMap<keyof FaultMix, number>
  /** From the end of the faults to the answer of each session, in milliseconds. */
  readonly recoveries: readonly number[]
  /** Fingerprint of everything that happened. */
  readonly trace: string
}

const LEASE_MS = 1_800
const DRIFT = 0.12
const HOLD_MS = 10_000
const REQUEST_MAX_MS = 30_000
/** Less than what a handler tells, so that it is stored in two parts. */
const PART_BYTES = 100
const TIMES = { faultsFrom: 3_000, faultsUntil: 45_000, workUntil: 55_000, end: 92_000 } as const
/** Cluster protocol §5.2, 9; twice the silence, as it is when two workers of three die at once (F4). */
const RECOVERY_MS = (2 * leaseTimes(LEASE_MS).observeMs) / (1 - DRIFT) + 2_000
/** What the slowest handler takes, on the slowest clock. */
const SLOWEST_MS = 8_000 / (1 - DRIFT)
/** A busy client asks for more at once than runs at once: a request may wait for another one to end. */
const LONGEST_MS = 2 * SLOWEST_MS
/** Which runs are swept, and how often. No chance of the seed's own: what the seeds showed before they show still. */
const SWEPT = { of: 10, when: 6, everyMs: 2_000 }

/** What a client takes at most that leaves, comes back later, and finds its session without an owner. */
const RETURN_MS = RECOVERY_MS + 6_000
const PUNCTUAL_MS = REQUEST_MAX_MS / (1 - DRIFT) + 1_000

export async function simulate({ seed, mutation = {}, mix }: SimulationInit): Promise<SimulationResult> {
  return new Simulation(seed, mutation, mix).run()
}

class Simulation {
  readonly #seed: number
  readonly #random: Random
  readonly #mix: MixName
  readonly #world = new World()
  readonly #history = new History()
  readonly #violations: Violation[] = []
  readonly #recoveries: number[] = []
  readonly #cluster: Cluster
  readonly #plan: FaultPlan
  readonly #clients: readonly Client[]

  constructor(seed: number, mutation: Mutation, mix: MixName | undefined) {
    const random = new Random(seed)
    const world = this.#world
    this.#seed = seed
    this.#random = random
    const chosen = chooseMix(random)
    this.#mix = mix ?? mutation.mix ?? chosen
    const violated = (rule: Rule, detail: string) => this.#violated(rule, detail)
    const maxEventBytes = random.chance(0.25) ? PART_BYTES : undefined
    const passivateMs = random.chance(0.25) ? random.between(500, 3_000) : undefined
    const sweepMs = seed % SWEPT.of === SWEPT.when ? SWEPT.everyMs : undefined
    const limits = {
      leaseMs: LEASE_MS,
      holdMs: HOLD_MS,
      requestMaxMs: REQUEST_MAX_MS,
      maxEventBytes,
      passivateMs,
      sweepMs
    }
    this.#cluster = new Cluster(
      { world, random: random.fork(), mutation, violated },
      { workers: 3, gateways: 2, drift: DRIFT, ...limits }
    )
    this.#plan = new FaultPlan(
      { world, random: random.fork(), cluster: this.#cluster },
      { mix: mixes[this.#mix], from: TIMES.faultsFrom, until: TIMES.faultsUntil }
    )
    const followers = Array.from({ length: random.integer(2, 4) }, (_, index) => this.#follower(`f${index}`))
    const others = Array.from({ length: random.integer(4, 7) }, (_, index) => this.#client(`c${index}`))
    this.#clients = [...others, ...followers]
  }

  async run(): Promise<SimulationResult> {
    const world = this.#world
    const crashed = (error: unknown) => this.#violated('crash', error instanceof Error ? `${error.stack}` : `${error}`)
    process.on('unhandledRejection', crashed)
    this.#cluster.start()
    world.after(500, () => {
      for (const client of this.#clients) client.start()
    })
    this.#plan.start()
    world.after(TIMES.faultsUntil, () => this.#probe())
    world.after(TIMES.workUntil, () => {
      for (const client of this.#clients) {
        if (!client.hasOpened) this.#violated('liveness', 'a client has opened no session')
        client.stop()
      }
    })
    await world.run(TIMES.end)
    process.off('unhandledRejection', crashed)
    this.#judge()
    return this.#result()
  }

  /** S2: every session answers in time. */
  #probe(): void {
    for (const client of this.#clients) {
      if (client.session !== undefined) client.probe((operation) => this.#recovered(client, operation))
    }
  }

  #recovered(client: Client, { session, outcome, code, invoked, returned = 0 }: Operation): void {
    if (client.session !== session) return // it has ended it meanwhile
    const ms = returned - invoked
    this.#recoveries.push(ms)
    if (outcome !== 'ok') this.#violated('liveness', `${session}: ${outcome} ${code} after ${ms}`)
    else if (ms > RECOVERY_MS) this.#violated('liveness', `${session} after ${ms}`)
  }

  #judge(): void {
    const violated = (rule: Rule, detail: string) => this.#violated(rule, detail)
    const { referee } = this.#cluster
    for (const operation of this.#history.operations) this.#judgeOutcome(operation)
    for (const session of new Set(this.#history.operations.map(({ session }) => session))) {
      const operations = this.#history.operations.filter((operation) => operation.session === session)
      judgeHistory({ session, operations, list: referee.listOf(session) }, violated)
    }
    for (const sight of this.#history.sights) this.#judgeSight(sight)
  }

  #judgeSight(sight: StreamSight): void {
    const log = this.#cluster.referee.events.eventsOf(sight.session)
    judgeSight(sight, log, (rule, detail) => this.#violated(rule, detail))
    if (!sight.isStandalone || !sight.isFollowed) return
    const [missed] = missedBy(sight, log, TIMES.end - RETURN_MS)
    if (missed) this.#violated('event-late', `${sight.session}: ${missed.sequence}, stored at ${missed.at}`)
  }

  #judgeOutcome(operation: Operation): void {
    const { session, kind, gateway, invoked, returned, outcome, code, isDelayed, hasComeBack, hasId } = operation
    const what = `${kind} of ${session} through ${gateway} at ${invoked.toFixed(1)}`
    if (this.#mix === 'drainOnly' && outcome !== 'ok' && code !== 'StreamTaken')
      this.#violated('drain-noticed', `${what}: ${outcome} ${code}`)
    if (code === 'empty answer' && outcome !== 'ok') this.#violated('no-outcome', `${what}: an empty answer`)
    if (kind === 'open' && outcome === 'ok' && !hasId) this.#violated('nameless', what)
    const end = returned ?? TIMES.end
    const latest = TIMES.faultsUntil + RECOVERY_MS + LONGEST_MS + (hasComeBack ? RETURN_MS : 0)
    if (invoked < TIMES.faultsUntil && end > latest) this.#violated('hung', what)
    if (isDelayed || hasComeBack || end - invoked <= PUNCTUAL_MS) return
    this.#violated('no-outcome', `${what}: ${outcome ?? 'none'} ${code ?? ''} after ${(end - invoked).toFixed(1)}`)
  }

  #violated(rule: Rule, detail: string): void {
    this.#violations.push({ rule, at: this.#world.now, detail })
  }

  #client(name: string): Client {
    const random = this.#random.fork()
    const isBusy = random.chance(0.1)
    return this.#newClient(random, {
      name,
      lanes: isBusy ? 12 : random.integer(1, 3),
      reads: 0.35,
      slow: random.between(0, 0.5)
    })
  }

  #follower(name: string): Client {
    const random = this.#random.fork()
    const follows = {
      revision: random.chance(0.2) ? '2025-06-18' : '2025-11-25',
      reports: 0.8,
      leaves: random.between(0.2, 0.8),
      ...(random.chance(0.7) && { announceMs: random.between(500, 3_000) })
    }
    return this.#newClient(random, { name, lanes: random.integer(1, 2), reads: 0.2, slow: 0.3, follows })
  }

  #newClient(random: Random, ways: Omit<ClientInit, 'thinkMs' | 'endings'>): Client {
    const world = this.#world
    const gateways = () => this.#cluster.gateways.filter(({ isReady }) => isReady)
    const endedTwice = (operation: Operation) => this.#violated('two-outcomes', JSON.stringify(operation))
    // Ending a session ends what runs in it, which is nothing that a drain does.
    const endings = random.chance(0.25) && this.#mix !== 'drainOnly' ? random.between(0.02, 0.2) : 0
    const components = { world, random, history: this.#history, gateways, endedTwice }
    return new Client(components, { ...ways, thinkMs: random.between(300, 1_500), endings })
  }

  #result(): SimulationResult {
    const { digest, length } = this.#world.trace
    return {
      seed: this.#seed,
      mix: this.#mix,
      violations: this.#violations,
      history: this.#history,
      takeovers: this.#cluster.referee.takeovers,
      faults: this.#plan.happened,
      recoveries: this.#recoveries,
      trace: `${digest}-${length}`
    }
  }
}
