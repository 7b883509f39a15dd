import { directoryCodec } from '@scaled-mcp/contracts'
import type { Bucket, Entry, Watch } from '@scaled-mcp/mesh'

/** Where an address is believed to live. */
export interface Route {
  readonly worker: string
  readonly epoch: number
  /** The MCP revision that the session is known to speak. */
  readonly revision?: string
}

/**
 * The routes a gateway has learned, least recently used ones dropped first.
 *
 * A route may be stale, never wrong for long: the worker checks, and directory events correct what is present.
 * After a loss of connection events may be missing, so everything is forgotten.
 */
export class RouteCache {
  readonly #limit: number
  readonly #routes = new Map<string, Route>()
  /** Who waits for an address to get an owner. */
  readonly #awaited = new Map<string, () => void>()
  readonly #listeners = new Set<(key: string) => void>()
  #watches: readonly Watch[] = []

  /** @param limit how many routes are kept. */
  constructor(limit = 100_000) {
    this.#limit = limit
  }

  /**
   * Follows the directory so that routes held here move with their owners.
   * @param patterns the addresses to follow; a route to any other one is put right by the worker that is asked.
   */
  async start(directory: Bucket, patterns: readonly string[] = ['>']): Promise<void> {
    const listener = {
      changed: (entry: Entry) => this.#changed(entry),
      removed: (key: string) => this.forget(key),
      gap: () => this.#routes.clear(),
      synced: () => undefined
    }
    this.#watches = await Promise.all(patterns.map((one) => directory.watch(one, listener, { initial: false })))
  }

  stop(): void {
    for (const watch of this.#watches) watch.stop()
  }

  get size(): number {
    return this.#routes.size
  }

  get(key: string): Route | undefined {
    const route = this.#routes.get(key)
    // Order matters only once something has to go; until then a hit costs one look-up.
    if (route && this.#routes.size >= this.#limit) {
      this.#routes.delete(key)
      this.#routes.set(key, route)
    }
    return route
  }

  /** Remembers a route unless a newer one is known. */
  set(key: string, route: Route): void {
    const known = this.#routes.get(key)
    if (known && known.epoch > route.epoch) return
    this.#routes.delete(key)
    this.#routes.set(key, route)
    if (this.#routes.size > this.#limit) this.#routes.delete(this.#routes.keys().next().value as string)
  }

  /** Remembers that the session at a known address speaks `revision`. */
  verify(key: string, revision: string): void {
    const route = this.#routes.get(key)
    if (route) this.#routes.set(key, { ...route, revision })
  }

  /** Tells of each change of the directory, until the function it returns is called. */
  onChange(listener: (key: string) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** Calls `owned` each time when the directory tells of an owner of the address, until the function it returns is called. */
  onOwner(key: string, owned: () => void): () => void {
    this.#awaited.set(key, owned)
    return () => this.#awaited.delete(key)
  }

  forget(key: string): void {
    this.#routes.delete(key)
  }

  /** Forgets every route to a worker that is dead. */
  forgetWorker(worker: string): void {
    for (const [key, route] of this.#routes) if (route.worker === worker) this.#routes.delete(key)
  }

  #changed({ key, value, revision }: Entry): void {
    if (this.#awaited.size > 0 && livingOwner(value) !== undefined) this.#awaited.get(key)?.()
    const known = this.#routes.get(key)
    if (known && known.epoch < revision) this.#correct(key, value, revision)
    for (const listener of this.#listeners) listener(key)
  }

  #correct(key: string, value: Uint8Array, revision: number): void {
    const owner = livingOwner(value)
    if (owner === undefined) this.#routes.delete(key)
    else this.#routes.set(key, { worker: owner, epoch: revision })
  }
}

/** An entry that cannot be read is treated as one without an owner: the next request asks the directory itself. */
function livingOwner(value: Uint8Array): string | undefined {
  try {
    const { owner, why } = directoryCodec.decode(value)
    return why === 'released' || why === 'ended' ? undefined : owner
  } catch {
    return undefined
  }
}
