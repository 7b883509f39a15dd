/**
 * Who in this process wants to know of whose end.
 *
 * W1  A watcher is told once of each end that it watches for, whatever else waits in its mailbox.
 * W2  It is told nothing more once it has unwatched, even if the news waits in its mailbox already.
 * W3  A watch belongs to the instance that began it: a restart ends it.
 */
import type { ActorCell } from './actor-cell.ts'
import type { Beyond } from './beyond.ts'
import type { Terminated, Termination } from './terminated.ts'

/** One actor's wait for the end of another. */
interface Watch {
  readonly watcher: ActorCell<unknown>
  readonly name: string
  /** Ends the watch beyond this process. */
  end?: (() => void) | undefined
}

/** On its way to a watcher. */
export class Notice {
  readonly terminated: Terminated
  /** Whether the watcher is still to be told, which it then counts as. */
  readonly take: () => boolean

  constructor(terminated: Terminated, take: () => boolean) {
    this.terminated = terminated
    this.take = take
  }
}

export class DeathWatch {
  /** Of living actors, by the name of the watched. */
  readonly #watched = new Map<string, Set<Watch>>()
  /** By watcher and by the name of the watched, until the watcher has been told. */
  readonly #watches = new Map<ActorCell<unknown>, Map<string, Watch>>()

  /** Watches twice as once. @param isLiving whether the watched lives. */
  watch(watcher: ActorCell<unknown>, name: string, isLiving: boolean): void {
    const watch = this.#begin(watcher, name)
    if (!watch) return
    if (isLiving) entry(this.#watched, name, () => new Set<Watch>()).add(watch)
    else this.#notify(watch, { kind: 'notFound' })
  }

  /** The same, of an actor beyond this process. */
  watchBeyond(watcher: ActorCell<unknown>, name: string, beyond: Beyond): void {
    const watch = this.#begin(watcher, name)
    if (!watch) return
    try {
      watch.end = beyond.watch(name, (reason) => this.#endedBeyond(watch, reason))
    } catch (error) {
      this.#drop(watch)
      throw error
    }
  }

  unwatch(watcher: ActorCell<unknown>, name: string): void {
    const watch = this.#watches.get(watcher)?.get(name)
    if (watch) this.#drop(watch)
  }

  /** An actor has ended: its watchers hear of it. */
  ended(name: string, reason: Termination): void {
    const watches = this.#watched.get(name)
    this.#watched.delete(name)
    for (const watch of watches ?? []) this.#notify(watch, reason)
  }

  /** An instance ends: it watches no more. */
  forget(watcher: ActorCell<unknown>): void {
    for (const watch of this.#watches.get(watcher)?.values() ?? []) this.#drop(watch)
  }

  hasWatches(watcher: ActorCell<unknown>): boolean {
    return this.#watches.has(watcher)
  }

  /** Undefined when it watches already. */
  #begin(watcher: ActorCell<unknown>, name: string): Watch | undefined {
    const own = entry(this.#watches, watcher, () => new Map<string, Watch>())
    if (own.has(name)) return undefined
    const watch: Watch = { watcher, name }
    own.set(name, watch)
    return watch
  }

  /** Whoever is beyond may be late, and say it twice. */
  #endedBeyond(watch: Watch, reason: Termination): void {
    watch.end = undefined
    if (this.#counts(watch)) this.#notify(watch, reason) // W2, W3
  }

  #notify(watch: Watch, reason: Termination): void {
    watch.watcher.notify(new Notice({ name: watch.name, reason }, () => this.#take(watch)))
  }

  #take(watch: Watch): boolean {
    if (!this.#counts(watch)) return false // W2, W3
    this.#drop(watch) // W1
    return true
  }

  #counts(watch: Watch): boolean {
    return this.#watches.get(watch.watcher)?.get(watch.name) === watch
  }

  #drop(watch: Watch): void {
    remove(this.#watches, watch.watcher, watch.name)
    remove(this.#watched, watch.name, watch)
    watch.end?.()
  }
}

function entry<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  const value = map.get(key) ?? make()
  map.set(key, value)
  return value
}

/** Removes the member, and with the last one the entry. */
function remove<K, V>(map: Map<K, { delete(member: V): unknown; readonly size: number }>, key: K, member: V): void {
  const members = map.get(key)
  members?.delete(member)
  if (members?.size === 0) map.delete(key)
}
