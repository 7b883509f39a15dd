/**
 * A session-worker that survives being declared dead: by another process while this one was paused or cut off, or because
 * the thread that kept its lease has ended.
 *
 * J1  A dead id is dead for ever: what joins again is a new worker, with a new id and new connections, that owns nothing.
 * J2  Nothing of the one before is left when the new one joins.
 * J3  Joining again is tried until it succeeds, or until this process ends.
 * J4  One that an operator has drained takes nothing as the new worker, either.
 */
import { ScaledMcpError } from '@scaled-mcp/contracts'
import type { Config, Logger, Part } from '@scaled-mcp/host'
import type { Mesh } from '@scaled-mcp/mesh'
import type { Actors, ServerDefinition } from '@scaled-mcp/server'
import type { SessionWorker } from '@scaled-mcp/session-worker'
import type { Connected } from './connect-mesh.ts'
import { persistently } from './persistently.ts'
import { startWorker } from './start-worker.ts'

export interface RejoiningWorkerComponents {
  /** Connects under a new id. */
  readonly connect: () => Promise<Connected>
  readonly config: Config
  readonly logger: Logger
  /** Told of each id before the worker joins with it. */
  readonly joining?: (id: string) => Promise<void>
}

interface Incarnation {
  readonly mesh: Mesh
  readonly worker: SessionWorker
}

export class RejoiningWorker implements Part {
  readonly #components: RejoiningWorkerComponents
  readonly #ending = new AbortController()
  #definition: ServerDefinition
  #current: Incarnation | undefined
  #rejoining: Promise<void> = Promise.resolve()

  private constructor(components: RejoiningWorkerComponents, definition: ServerDefinition) {
    this.#components = components
    this.#definition = definition
  }

  /** Joins for the first time, in one attempt. @throws MeshUnreachable, StoreUnsafe, StoreUnavailable. */
  static async start(components: RejoiningWorkerComponents, definition: ServerDefinition): Promise<RejoiningWorker> {
    const worker = new RejoiningWorker(components, definition)
    await worker.#join()
    return worker
  }

  /** The id it has now; undefined while it joins again. */
  get id(): string | undefined {
    return this.#current?.worker.id
  }

  /** The actors of the cluster, for code of this process. @throws ScaledMcpError `Stopping` while it joins again. */
  get actors(): Actors {
    if (!this.#current) throw new ScaledMcpError('Stopping', 'the worker is joining again')
    const { worker } = this.#current
    return worker.actorsOf({ name: `worker/${worker.id}` })
  }

  get isReady(): boolean {
    return this.#current?.worker.isReady ?? false
  }

  /** Hosts sessions by another definition from now on. */
  async reload(definition: ServerDefinition): Promise<void> {
    this.#definition = definition
    await this.#current?.worker.reload(definition)
  }

  async drain(): Promise<void> {
    await this.#settle()
    await this.#current?.worker.drain()
  }

  async stop(): Promise<void> {
    await this.#settle()
    await this.#leave()
  }

  async #join(): Promise<void> {
    const { connect, config, logger, joining } = this.#components
    const connected = await connect()
    const { mesh } = connected
    try {
      await joining?.(mesh.process)
      const definition = this.#definition
      const worker = await startWorker({ ...connected, definition }, config, logger)
      this.#current = { mesh, worker }
      if (definition !== this.#definition) await worker.reload(this.#definition)
      void worker.lost.then(() => {
        this.#rejoining = this.#rejoin()
      })
    } catch (error) {
      await mesh.stop()
      throw error
    }
  }

  async #rejoin(): Promise<void> {
    const { logger } = this.#components
    const { signal } = this.#ending
    if (signal.aborted) return
    const was = this.id
    const isDrained = this.#current?.worker.isDrained
    await this.#leave() // J2
    const failed = (error: unknown) => logger.warn({ err: error, was }, 'not joined again yet')
    await persistently(() => this.#join(), { failed, signal }) // J3
    if (isDrained) await this.#current?.worker.handOver() // J4
    if (this.id) logger.warn({ was, worker: this.id }, 'joined again as a new worker')
  }

  /** Joins no more from now on; resolves when nothing is half joined. */
  async #settle(): Promise<void> {
    this.#ending.abort()
    await this.#rejoining
  }

  async #leave(): Promise<void> {
    const current = this.#current
    this.#current = undefined
    await current?.worker.stop()
    await current?.mesh.stop()
  }
}
