import { randomInt } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import { type NatsServer, startNatsServer } from '@scaled-mcp/launcher'
import { ClusterRecords, ProcessCluster, TcpProxy, until } from '@scaled-mcp/testkit'
import { type Aimed, ARENA_ENV, type Arena } from './arena.ts'
import { type FaultName, faultNames, faultRules } from './faults.ts'
import { type ProcessScene, processStrikes } from './process-strikes.ts'

const SERVER = fileURLToPath(new URL(`../servers/list-module${import.meta.url.slice(-3)}`, import.meta.url))
const WORKERS = 3
const GATEWAYS = 2

interface Parts {
  readonly nats: NatsServer
  /** By the URL that its worker was given. */
  readonly proxies: ReadonlyMap<string, TcpProxy>
  readonly cluster: ProcessCluster
  readonly records: ClusterRecords
}

/** Processes on this machine; each worker reaches NATS through a proxy of its own. */
export class ProcessArena implements Arena {
  readonly faults = faultNames
  readonly #parts: Parts

  private constructor(parts: Parts) {
    this.#parts = parts
  }

  static async start(): Promise<ProcessArena> {
    const nats = await startNatsServer()
    const proxies = new Map<string, TcpProxy>()
    const natsOfWorker = async () => {
      const proxy = await TcpProxy.to(nats.url)
      proxies.set(proxy.url, proxy)
      return proxy.url
    }
    const options = { nats: nats.url, natsOfWorker, server: SERVER, gateways: GATEWAYS, workers: WORKERS }
    const cluster = await ProcessCluster.start({ ...options, env: ARENA_ENV })
    return new ProcessArena({ nats, proxies, cluster, records: await ClusterRecords.connect(nats.url) })
  }

  get urls(): readonly [string, ...string[]] {
    return this.#parts.cluster.urls
  }

  get records(): ClusterRecords {
    return this.#parts.records
  }

  async aim(fault: FaultName, owner: string | undefined): Promise<Aimed> {
    const scene = await this.#scene(owner)
    const victim = faultRules[fault].strikes === 'worker' ? scene.id : undefined
    return { victim, strike: () => processStrikes[fault](scene) }
  }

  async stop(): Promise<void> {
    const { nats, proxies, cluster, records } = this.#parts
    await records.close()
    await cluster.stop()
    for (const proxy of proxies.values()) proxy.close()
    await nats.stop()
  }

  async #scene(owner: string | undefined): Promise<ProcessScene> {
    const { cluster, nats, proxies, records } = this.#parts
    const pid = owner === undefined ? undefined : (await records.memberOf(owner)).pid
    const worker = cluster.workers.find((living) => living.pid === pid) ?? oneOf(cluster.workers)
    const { id } = await until(() => cluster.memberOfWorker(worker), { describe: 'the worker says who it is' })
    return { cluster, nats, worker, id, proxy: proxies.get(worker.nats) as TcpProxy, gateway: oneOf(cluster.gateways) }
  }
}

function oneOf<T>(items: readonly T[]): T {
  return items[randomInt(items.length)] as T
}
