/**
 * A map that takes next to no memory while it is empty: a `Map` keeps 184 bytes then. A session has several, and is idle
 * for most of its life.
 */
export class SparseMap<K, V> {
  #entries: Map<K, V> | undefined

  get size(): number {
    return this.#entries?.size ?? 0
  }

  has(key: K): boolean {
    return this.#entries?.has(key) ?? false
  }

  get(key: K): V | undefined {
    return this.#entries?.get(key)
  }

  set(key: K, value: V): void {
    this.#entries ??= new Map()
    this.#entries.set(key, value)
  }

  /** Whether it was there. */
  delete(key: K): boolean {
    const deleted = this.#entries?.delete(key) ?? false
    if (this.#entries?.size === 0) this.#entries = undefined
    return deleted
  }

  /** Removes and gives everything. */
  takeAll(): readonly (readonly [K, V])[] {
    const entries = [...(this.#entries ?? [])]
    this.#entries = undefined
    return entries
  }

  keys(): readonly K[] {
    return [...(this.#entries?.keys() ?? [])]
  }
}
