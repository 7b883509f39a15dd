import { setTimeout as delay } from 'node:timers/promises'
import type { ProcessCluster } from '@scaled-mcp/testkit'

/** Kills the worker that has lived longest, and starts another. */
export async function replaceWorker(cluster: ProcessCluster): Promise<void> {
  const [oldest] = cluster.workers
  await oldest?.kill()
  await cluster.keepWorkers()
}

/** Replaces a worker again and again: at once when the last one is back, but not sooner than every `everyMs`. */
export class WorkerKiller {
  readonly #cluster: ProcessCluster
  readonly #everyMs: number
  readonly #work: Promise<unknown>
  #isStopped = false
  #kills = 0

  constructor(cluster: ProcessCluster, everyMs: number) {
    this.#cluster = cluster
    this.#everyMs = everyMs
    // Kept for `stop`, which is where somebody listens.
    this.#work = this.#replaceAll().catch((error: unknown) => ({ error }))
  }

  get kills(): number {
    return this.#kills
  }

  /** Resolves when all workers live. @throws what kept one from starting. */
  async stop(): Promise<void> {
    this.#isStopped = true
    const failed = (await this.#work) as { readonly error: unknown } | undefined
    if (failed) throw failed.error
  }

  async #replaceAll(): Promise<void> {
    await delay(this.#everyMs)
    while (!this.#isStopped) {
      this.#kills++
      await Promise.all([replaceWorker(this.#cluster), delay(this.#everyMs)])
    }
  }
}
