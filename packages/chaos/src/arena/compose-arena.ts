import { randomInt } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { ClusterRecords, ComposeProject, docker, freePort, type SeenContainer, until } from '@scaled-mcp/testkit'
import { type Aimed, ARENA_ENV, type Arena, BACK_MS, LASTS_MS } from './arena.ts'
import { type FaultName, faultRules } from './faults.ts'

const WORKERS = 3
const GATEWAYS = 2
const OVERLAY = 'packages/chaos/compose-in-chaos.yml'

/** The containers of `docker-compose.yml`, behind its balancer. */
export class ComposeArena implements Arena {
  readonly faults = ['machine', 'gateway', 'drain', 'nats', 'pause'] as const
  readonly urls: readonly [string]
  readonly records: ClusterRecords
  readonly #project: ComposeProject

  private constructor(project: ComposeProject, urls: readonly [string], records: ClusterRecords) {
    this.#project = project
    this.urls = urls
    this.records = records
  }

  static async start(): Promise<ComposeArena> {
    const port = await freePort() // of the engine's choice it would be another after each start
    const env = { ...ARENA_ENV, CHAOS_NATS_PORT: String(port) }
    const project = new ComposeProject(`scaled-mcp-chaos-${process.pid}`, OVERLAY, env)
    try {
      await project.build()
      await project.up(GATEWAYS, WORKERS)
      const urls = [`http://${await project.address('balancer', 3000)}/mcp`] as const
      const records = await ClusterRecords.connect(`nats://127.0.0.1:${port}`)
      const arena = new ComposeArena(project, urls, records)
      await arena.#whole()
      return arena
    } catch (error) {
      await project.down('--volumes')
      throw error
    }
  }

  async aim(fault: FaultName, owner: string | undefined): Promise<Aimed> {
    const strike = this.#strikes[fault]
    if (!strike) throw new RangeError(`${fault} cannot happen to containers`)
    if (faultRules[fault].strikes === 'everybody') return { victim: undefined, strike: () => strike() }
    const container = await this.#containerOf(owner)
    return { victim: await this.#memberOf(container), strike: () => strike(container) }
  }

  async stop(): Promise<void> {
    await this.records.close()
    await this.#project.down('--volumes')
  }

  readonly #strikes: Partial<Record<FaultName, (worker?: SeenContainer) => Promise<void>>> = {
    machine: (worker) => this.#end('kill', worker as SeenContainer),
    drain: (worker) => this.#end('stop', worker as SeenContainer),
    gateway: async () => this.#end('kill', await this.#any('gateway')),
    nats: async () => this.#end('kill', await this.#any('nats'), LASTS_MS.outage),
    pause: (worker) => this.#pause(worker as SeenContainer)
  }

  async #end(how: 'kill' | 'stop', { Id }: SeenContainer, awayMs = 0): Promise<void> {
    await docker(how, Id)
    await delay(awayMs)
    await docker('start', Id)
    await this.#whole()
  }

  /** The cluster has given the worker up by then, so that it comes back under another id. */
  async #pause(container: SeenContainer): Promise<void> {
    const before = await this.#memberOf(container)
    await docker('pause', container.Id)
    await delay(LASTS_MS.pause)
    await docker('unpause', container.Id)
    const isBack = async () => (await this.#memberOf(container)) !== before
    await until(isBack, { timeoutMs: BACK_MS, describe: 'the worker has joined again' })
    await this.#whole()
  }

  async #containerOf(owner: string | undefined): Promise<SeenContainer> {
    const host = owner === undefined ? undefined : (await this.records.memberOf(owner)).host
    const workers = await this.#project.containers('worker')
    return workers.find(({ Config }) => Config.Hostname === host) ?? this.#any('worker')
  }

  async #any(service: string): Promise<SeenContainer> {
    const containers = await this.#project.containers(service)
    return containers[randomInt(containers.length)] as SeenContainer
  }

  /** The id of the worker in a container. */
  #memberOf({ Config: { Hostname } }: SeenContainer): Promise<string> {
    const member = async () => {
      const living = await this.records.living('worker')
      const members = await Promise.all(living.map((id) => this.records.memberOf(id)))
      return members.find(({ host }) => host === Hostname)?.id
    }
    return until(member, { timeoutMs: BACK_MS, describe: 'the worker says who it is' })
  }

  /** Resolves when everybody serves. */
  async #whole(): Promise<void> {
    const areAll = async () => {
      const [workers, gateways] = [await this.records.living('worker'), await this.records.living('gateway')]
      return workers.length === WORKERS && gateways.length === GATEWAYS
    }
    await until(areAll, { timeoutMs: BACK_MS, describe: 'every worker and gateway answers' })
    const [url] = this.urls
    await until(async () => (await fetch(new URL('/readyz', url))).ok, { timeoutMs: BACK_MS })
  }
}
