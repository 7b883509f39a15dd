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
    stall: () => this.#stall(),
    partition: () => this.#partition(),
    reset: () => this.#reset(),
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
    const { process } = random.pick([...cluster.workers, ...cluster.all]) ?? {}
    const ms = this.#briefly(random.chance(0.5) ? random.between(200, 3_000) : random.between(3_000, 14_000))
    const kind = random.chance(0.4) ? 'stop' : 'suspend'
    process?.pause(ms, process.machine.isSuspendable ? kind : 'stop')
  }

  #stall(): void {
    const { random, cluster } = this.#components
    random.pick(cluster.workers)?.process.stall(this.#briefly(random.between(500, 14_000)))
  }

  #partition(): void {
    this.#cut(this.#victims(), this.#lossMs())
  }

  #reset(): void {
    for (const connection of this.#victims()) {
      connection.break()
      connection.heal()
    }
  }

  /** The network of everybody, or NATS, which ends all connections and what it had not done yet. */
  #outage(): void {
    const { world, random, cluster } = this.#components
    const connections = cluster.all.flatMap((process) => process.connections)
    if (random.chance(0.5)) {
      this.#cut(connections, this.#lossMs())
      return
    }
    cluster.network.trouble.crash()
    for (const connection of connections) connection.break()
    world.after(this.#lossMs(), () => heal(connections))
  }

  #storeTrouble(): void {
    const { world, random, cluster } = this.#components
    const { trouble } = cluster.network
    const all = cluster.all.flatMap((process) => process.connections)
    const victims = random.chance(0.3) ? all : this.#victims()
    const much = () => (random.chance(0.5) ? random.between(0, 0.5) : 0)
    const lateMs = this.#briefly(random.between(100, 12_000))
    const odds = { lost: much(), unanswered: much(), late: much(), twice: much(), lateMs }
    for (const { id } of victims) trouble.set(id, odds)
    world.after(this.#briefly(random.between(500, 8_000)), () => {
      for (const { id } of victims) trouble.clear(id)
    })
  }

  #lag(): void {
    const { world, random } = this.#components
    const lagMs = random.between(50, 1_500)
    const isDown = random.chance(0.7)
    const links = this.#victims().map(({ up, down }) => (isDown ? down : up))
    for (const link of links) link.lagMs = lagMs
    world.after(this.#briefly(random.between(500, 8_000)), () => {
      for (const link of links) link.lagMs = 0
    })
  }

  #clockStep(): void {
    const { random, cluster } = this.#components
    const { machine } = random.pick(cluster.all)?.process ?? {}
    const ms = random.chance(0.5) ? random.between(-10_000, 10_000) : random.between(-500, 500)
    machine?.step(machine.isSuspendable ? Math.abs(ms) : ms)
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

  /** The connections of one process, mostly all of them. */
  #victims(): readonly Connection[] {
    const { random, cluster } = this.#components
    const { connections = [] } = random.pick(cluster.all) ?? {}
    return random.chance(0.7) ? connections : connections.slice(random.integer(0, connections.length - 1)).slice(0, 1)
  }

  #cut(connections: readonly Connection[], ms: number): void {
    for (const connection of connections) connection.cut()
    this.#components.world.after(ms, () => heal(connections))
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

function heal(connections: readonly Connection[]): void {
  for (const connection of connections) connection.heal()
}
