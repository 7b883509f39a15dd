/**
 * A cluster in one process, for tests: real session-workers and a real gateway, on a network in memory that can fail.
 *
 * T1  What a test asks and gets to know goes through a member of the cluster that hosts nothing and that no fault
 *     touches.
 * T2  Actors of probes live on a member of their own, so that a fault of a worker leaves them alone.
 * T3  Nothing is left running once it has stopped, also of workers that were killed. Until then it keeps the process
 *     alive, as what a test waits for may be a timer of the cluster.
 */
import { type Clock, systemClock } from '@scaled-mcp/actor'
import { certifyDeath } from '@scaled-mcp/cluster'
import { Subjects } from '@scaled-mcp/contracts'
import { createLogger } from '@scaled-mcp/host'
import { MemoryBroker } from '@scaled-mcp/mesh'
import {
  type Actors,
  defineServer,
  type PlainServerDefinition,
  type Sender,
  type ServerDefinition
} from '@scaled-mcp/server'
import { definitionOf } from '../create-scaled-mcp.ts'
import { Observer } from './observer.ts'
import { isProbe } from './probe.ts'
import { type TestClusterOptions, type TestKill, testConfig } from './test-cluster-options.ts'
import { TestGateway } from './test-gateway.ts'
import { TestNetwork } from './test-network.ts'
import { TestWorker, type TestWorkerComponents } from './test-worker.ts'
import { VirtualTime } from './virtual-time.ts'

/** As {@link TestCluster.ownerOf} tells it: undefined is refused as any other that does not live. */
type Worker = string | undefined

const FOREVER_MS = 2 ** 31 - 1
const SENDER: Sender = { name: 'session/test' }

export class TestCluster {
  readonly #components: TestWorkerComponents
  readonly #observer: Observer
  readonly #workers = new Map<string, TestWorker>()
  readonly #killed: TestWorker[] = []
  /** Declared dead, and on their way out. */
  readonly #leaving: Promise<void>[] = []
  /** Virtual time does not pass while a test waits: there it would keep alive what waits in vain. */
  readonly #alive: NodeJS.Timeout | undefined
  #probes: TestWorker | undefined
  #gateway: Promise<TestGateway> | undefined
  #started = 0
  #probesStarted = 0
  #stopped: Promise<void> | undefined

  private constructor(components: TestWorkerComponents, observer: Observer) {
    this.#components = components
    this.#observer = observer
    if (!(this.clock instanceof VirtualTime)) this.#alive = setInterval(() => undefined, FOREVER_MS)
  }

  /**
   * Starts workers that host `server`; those kinds of its actors that are a probe's live elsewhere (T2).
   * @throws ScaledMcpError `ServerModuleInvalid`. @throws ConfigError with everything that is wrong with the settings.
   */
  static async start(
    server: ServerDefinition | ServerDefinition['create'],
    options: TestClusterOptions = {}
  ): Promise<TestCluster> {
    const { workers = 2, virtualTime = false, logger = createLogger({ level: 'silent' }), ...settings } = options
    const clock = virtualTime ? new VirtualTime() : systemClock
    const network = new TestNetwork(clock)
    const onError = (err: unknown) => logger.error({ err }, 'error on the mesh')
    const mesh = { broker: new MemoryBroker({ clock, network }), network, subjects: new Subjects(), clock, onError }
    const definition = defineServer(definitionOf(server) as PlainServerDefinition)
    const components = { ...mesh, definition, logger, config: testConfig(settings) }
    const cluster = new TestCluster(components, await Observer.start(components))
    try {
      await cluster.#startProbes()
      for (let i = 0; i < workers; i++) await cluster.addWorker()
      return cluster
    } catch (error) {
      await cluster.stop()
      throw error
    }
  }

  /** The time of the cluster. */
  get clock(): Clock {
    return this.#components.clock
  }

  /** The ids of the workers that live. */
  get workers(): readonly string[] {
    return [...this.#workers.keys()]
  }

  /**
   * Where MCP clients connect, as `http://127.0.0.1:49152/mcp`: a gateway of the cluster on a free port of this
   * machine, started when it is first asked for.
   */
  async url(): Promise<string> {
    this.#gateway ??= TestGateway.start(this.#components)
    return (await this.#gateway).url
  }

  /**
   * The actors of the cluster as a tool sees them.
   * @param sender whose name and principal they see. Default: `session/test`.
   */
  actors(sender: Sender = SENDER): Actors {
    return this.#observer.actors(sender)
  }

  /** The living worker that owns the actor or session `kind/id`; undefined when none does. @throws StoreUnavailable. */
  ownerOf(name: string): Promise<string | undefined> {
    return this.#observer.ownerOf(name)
  }

  /**
   * Lets `ms` milliseconds of virtual time pass, and everything happen that follows.
   * @throws TypeError without `virtualTime`.
   */
  advance(ms: number): Promise<void> {
    const { clock, network } = this.#components
    if (!(clock instanceof VirtualTime))
      throw new TypeError('start the cluster with { virtualTime: true } to advance it')
    return clock.advance(ms, () => network.settled())
  }

  /** Resolves when no message is under way in the cluster; what waits for time is not waited for. */
  settled(): Promise<void> {
    return this.#components.network.settled()
  }

  /** Starts another worker; resolves with its id. */
  async addWorker(): Promise<string> {
    const hosts = (kind: string) => !this.#isProbe(kind)
    const added = await TestWorker.start(this.#components, { id: `worker-${++this.#started}`, hosts })
    this.#workers.set(added.id, added)
    this.#watch(added)
    return added.id
  }

  /**
   * Ends a worker as `kill -9` does: nothing that it does afterwards reaches anybody, and nothing reaches it. Resolves
   * once the others can know, so not while the store is stopped. What runs in it is JavaScript in this process, and
   * goes on until it needs the cluster.
   */
  async kill(worker: Worker, { silently = false }: TestKill = {}): Promise<void> {
    const killed = this.#remove(worker)
    this.#killed.push(killed)
    killed.process.kill(!silently)
    if (!silently) await this.#certify(killed.id)
    if (killed === this.#probes) await this.#startProbes()
    await this.settled()
  }

  /** Ends a worker as a deploy does: what runs may finish, everything is handed over, then it leaves. */
  async drain(worker: Worker): Promise<void> {
    const leaving = this.#remove(worker)
    if (leaving === this.#probes) await this.#startProbes()
    await leaving.drain()
  }

  /** Cuts a worker off from all others and from the store. One that is for longer than its lease is declared dead. */
  partition(worker: Worker): void {
    this.#find(worker).process.partition()
  }

  /** Ends a {@link partition}. A worker that was declared dead meanwhile learns of it, and leaves. */
  heal(worker: Worker): void {
    this.#find(worker).process.heal()
  }

  /** From now on each message from and to a worker takes `ms` milliseconds of the cluster's time. */
  delay(worker: Worker, ms: number): void {
    this.#components.network.delay(this.#find(worker).id, ms)
  }

  /** From now on no request to the store is answered: nothing is stored, no lease is renewed. */
  stopStore(): void {
    this.#components.network.stopStore()
  }

  startStore(): void {
    this.#components.network.startStore()
  }

  /** Ends everything; a turn that has not ended within `shutdown.graceMs` goes on, unheard. Idempotent. */
  stop(): Promise<void> {
    this.#stopped ??= this.#end().finally(() => clearInterval(this.#alive))
    return this.#stopped
  }

  #end(): Promise<void> {
    const { clock, network } = this.#components
    const ended = this.#endAll()
    return clock instanceof VirtualTime ? clock.during(ended, () => network.settled()) : ended
  }

  async #endAll(): Promise<void> {
    this.startStore()
    const members = [...this.#workers.values(), ...(this.#probes ? [this.#probes] : [])]
    for (const { process } of members) process.heal()
    await this.#gateway?.then(
      (gateway) => gateway.stop(),
      () => undefined // whoever asked for it has the error
    )
    await Promise.all([...this.#leaving, ...members.map((member) => member.stop())])
    await Promise.all(this.#killed.map((killed) => killed.bury())) // T3
    await this.#observer.stop()
  }

  async #startProbes(): Promise<void> {
    const { definition } = this.#components
    const hosts = (kind: string) => this.#isProbe(kind)
    if (!Object.keys(definition.actors ?? {}).some(hosts)) return
    this.#probes = await TestWorker.start(this.#components, { id: `probes-${++this.#probesStarted}`, hosts })
    this.#watch(this.#probes)
  }

  #isProbe(kind: string): boolean {
    const declared = this.#components.definition.actors?.[kind]
    return declared !== undefined && isProbe(declared)
  }

  /** As the parent of a worker's process does. */
  async #certify(id: string): Promise<void> {
    const { mesh, clock } = this.#observer.process
    const failed = (err: unknown) => this.#components.logger.warn({ err }, 'a death certificate was not stored')
    await certifyDeath({ members: mesh.records.members, clock, failed }, { id, by: this.#observer.process.id })
  }

  /** Of one that another process declares dead only the probes begin anew. */
  #watch(member: TestWorker): void {
    void member.worker.lost.then(() => {
      this.#workers.delete(member.id)
      this.#leaving.push(member.stop())
      if (member === this.#probes && !this.#stopped) this.#leaving.push(this.#startProbes())
    })
  }

  #remove(id: Worker): TestWorker {
    const found = this.#find(id)
    this.#workers.delete(found.id)
    return found
  }

  #find(id: Worker): TestWorker {
    const found = [...this.#workers.values(), this.#probes].find((worker) => worker?.id === id)
    if (!found || id === undefined)
      throw new RangeError(`no worker ${id} lives; those that do: ${this.workers.join(', ')}`)
    return found
  }
}
