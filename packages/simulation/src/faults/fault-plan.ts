import type { Cluster } from '../cluster/cluster.ts'
import type { Connection } from '../network/connection.ts'
import type { Random } from '../world/random.ts'
import type { World } from '../world/world.ts'
import type { FaultMix } from './fault-mix.ts'

export interface FaultPlanComponents {
  readonly world: World
  readonly random: Random
  readonly cluster: Cluster
}

export interface FaultPlanInit {
  readonly mix: FaultMix
  /** When the first fault may happen and when the last one is over, in milliseconds of true time. */
  readonly from: number
  readonly until: number
}

const MINUTE_MS = 60_000

/** Lets faults happen at random times, and undoes all of them in the end. */
export class FaultPlan {
  readonly #components: FaultPlanComponents
  readonly #init: FaultPlanInit
  readonly #happened = new Map<keyof FaultMix, number>()

  constructor(components: FaultPlanComponents, init: FaultPlanInit) {
    this.#components = components
    this.#init = init
  }

  /** How often each kind has happened. */
  get happened(): ReadonlyMap<keyof FaultMix, number> {
    return this.#happened
  }

  start(): void {
    const { mix, from } = this.#init
    this.#components.world.after(from, () => {
      for (const kind of Object.keys(mix) as (keyof FaultMix)[]) this.#planNext(kind)
    })
  }

  #planNext(kind: keyof FaultMix): void {
    const { world, random } = this.#components
    const { mix, until } = this.#init
    if (mix[kind] === 0) return
    const wait = random.exponential(MINUTE_MS / mix[kind])
    if (world.now + wait >= until) return
    world.after(wait, () => {
      this.#happened.set(kind, (this.#happened.get(kind) ?? 0) + 1)
      world.note(kind)
      this.#happen[kind]()
      this.#planNext(kind)
    })
  }

  readonly #happen: Readonly<Record<keyof FaultMix, () => void>> = {
    kill: () => this.#kill(),
    killGateway: () => this.#killGateway(),
    pause: () => this.#pause(),
    partition: () => this.#partition(),
    outage: () => this.#outage(),
    storeTrouble: () => this.#storeTrouble(),
    lag: () => this.#lag(),
    clockStep: () => this.#clockStep(),
    drain: () => this.#drain()
  }

  #kill(): void {
    const { random, cluster } = this.#components
    const worker = random.pick(cluster.workers)
    const isHostGone = random.chance(0.3)
    const silentMs = isHostGone ? random.between(500, 10_000) : 0
    if (worker) cluster.kill(worker, { isCertified: !isHostGone && random.chance(0.7), silentMs })
  }

  #killGateway(): void {
    const { random, cluster } = this.#components
    const gateway = random.pick(cluster.gateways)
    if (gateway && cluster.gateways.length > 1) cluster.kill(gateway, { isCertified: false, silentMs: 0 })
  }

  #pause(): void {
    const { random, cluster } = this.#components
    const { process } = random.pick([...cluster.workers, ...cluster.workers, ...cluster.gateways]) ?? {}
    const ms = this.#briefly(random.chance(0.5) ? random.between(200, 3_000) : random.between(3_000, 14_000))
    const kind = random.chance(0.4) ? 'stop' : 'suspend'
    process?.pause(ms, process.isSuspendable ? kind : 'stop')
  }

  #partition(): void {
    const { random, cluster } = this.#components
    const connection = random.pick(cluster.connections)
    if (connection) this.#cut([connection], this.#lossMs())
  }

  /** The network of everybody, or NATS, which ends all connections and what it had not done yet. */
  #outage(): void {
    const { world, random, cluster } = this.#components
    const connections = cluster.connections
    if (random.chance(0.5)) {
      this.#cut(connections, this.#lossMs())
      return
    }
    cluster.network.trouble.crash()
    for (const connection of connections) connection.break()
    world.after(this.#lossMs(), () => {
      for (const connection of connections) connection.heal()
    })
  }

  #storeTrouble(): void {
    const { world, random, cluster } = this.#components
    const { trouble } = cluster.network
    const victims = random.chance(0.3) ? cluster.connections : [random.pick(cluster.connections)]
    const much = () => (random.chance(0.5) ? random.between(0, 0.5) : 0)
    const lateMs = Math.min(random.between(100, 12_000), this.#init.until - world.now)
    const odds = { lost: much(), unanswered: much(), late: much(), twice: much(), lateMs }
    for (const victim of victims) if (victim) trouble.set(victim.id, odds)
    world.after(this.#briefly(random.between(500, 8_000)), () => {
      for (const victim of victims) if (victim) trouble.clear(victim.id)
    })
  }

  #lag(): void {
    const { world, random, cluster } = this.#components
    const connection = random.pick(cluster.connections)
    if (!connection) return
    const link = random.chance(0.7) ? connection.down : connection.up
    link.lagMs = random.between(50, 1_500)
    world.after(this.#briefly(random.between(500, 8_000)), () => {
      link.lagMs = 0
    })
  }

  #clockStep(): void {
    const { random, cluster } = this.#components
    const { process } = random.pick([...cluster.workers, ...cluster.gateways]) ?? {}
    const ms = random.chance(0.5) ? random.between(-10_000, 10_000) : random.between(-500, 500)
    process?.clock.step(process.isSuspendable ? Math.abs(ms) : ms)
  }

  /** Sometimes the worker does not live to see its end. */
  #drain(): void {
    const { world, random, cluster } = this.#components
    const { mix } = this.#init
    const worker = random.pick(cluster.workers.filter(({ isReady }) => isReady))
    if (!worker || cluster.workers.filter(({ isReady }) => isReady).length < 2) return
    worker.leave()
    if (mix.kill === 0 || !random.chance(0.3)) return
    world.after(random.between(0, 1_000), () => {
      if (!worker.process.isDead) cluster.kill(worker, { isCertified: random.chance(0.5), silentMs: 0 })
    })
  }

  #cut(connections: readonly Connection[], ms: number): void {
    for (const connection of connections) connection.cut()
    this.#components.world.after(ms, () => {
      for (const connection of connections) connection.heal()
    })
  }

  #lossMs(): number {
    const { random } = this.#components
    return this.#briefly(random.chance(0.5) ? random.between(50, 2_500) : random.between(2_500, 15_000))
  }

  /** No longer than until all faults are over. */
  #briefly(ms: number): number {
    return Math.min(ms, this.#init.until - this.#components.world.now)
  }
}
