/**
 * Who in this process wants to know of the end of an actor of the cluster.
 *
 * E1  A watch is told once, of the first of these: the actor's address has ended, its owner has died, or there is no such
 *     address. An actor that only leaves a worker's memory, or moves, has not ended.
 * E2  It rests on what is stored and nothing else: the address's directory entry and its owner's member record. So the
 *     word cannot be lost with a worker or a connection, and comes after any gap.
 * E3  Of an owner that was dead before the watch began it is told half a second later, and not if another has taken over by
 *     then: whoever watches again what it has just lost waits for the next owner, and does not spin.
 */
import type { Clock, Termination } from '@scaled-mcp/actor'
import { type Address, addressKey, type DirectoryRecord, directoryCodec, hasCode } from '@scaled-mcp/contracts'
import { type Bucket, type Entry, pause, type Watch, type WatchListener } from '@scaled-mcp/mesh'
import type { MemberView } from './member-view.ts'

export interface ClusterDeathWatchComponents {
  readonly entries: Pick<Bucket, 'watch'>
  readonly members: Pick<MemberView, 'isDead' | 'onDeath' | 'seemsDead'>
  readonly clock: Clock
  /** Told of what kept a watch from listening; it tries again. */
  readonly failed: (error: unknown) => void
}

const AGAIN_MS = 1_000
const TAKEOVER_MS = 500

export class ClusterDeathWatch {
  readonly #components: ClusterDeathWatchComponents
  readonly #watches = new Set<AddressWatch>()
  readonly #stopListening: () => void

  constructor(components: ClusterDeathWatchComponents) {
    this.#components = components
    this.#stopListening = components.members.onDeath((worker) => this.#died(worker))
  }

  /** Calls `ended` once when the actor at `address` has ended; returns a function that ends the watch. */
  watch(address: Address, ended: (reason: Termination) => void): () => void {
    const watch = new AddressWatch(this.#components, addressKey(address), (reason) => {
      this.#watches.delete(watch)
      ended(reason)
    })
    this.#watches.add(watch)
    watch.start()
    return () => {
      this.#watches.delete(watch)
      watch.stop()
    }
  }

  stop(): void {
    this.#stopListening()
    for (const watch of this.#watches) watch.stop()
    this.#watches.clear()
  }

  #died(worker: string): void {
    for (const watch of [...this.#watches]) watch.died(worker)
  }
}

class AddressWatch implements WatchListener {
  readonly #components: ClusterDeathWatchComponents
  readonly #key: string
  readonly #ended: (reason: Termination) => void
  #watch: Watch | undefined
  #isOver = false
  #seen: DirectoryRecord | undefined
  #revision = 0
  /** An owner that was dead when it was first seen. */
  #late: string | undefined

  constructor(components: ClusterDeathWatchComponents, key: string, ended: (reason: Termination) => void) {
    this.#components = components
    this.#key = key
    this.#ended = ended
  }

  start(): void {
    void this.#listen()
  }

  stop(): void {
    this.#isOver = true
    this.#watch?.stop()
  }

  changed({ value, revision }: Entry): void {
    if (this.#isOver || revision <= this.#revision) return
    const record = directoryCodec.decode(value)
    const before = this.#seen
    this.#seen = record
    this.#revision = revision
    if (record.why === 'ended') this.#end(endOf(record))
    else if (before && before.owner !== this.#late && record.why === 'takeover')
      this.#end({ kind: 'lost', worker: before.owner })
    else if (isOwned(record) && this.#components.members.seemsDead(record.owner)) this.#confirm(record.owner)
  }

  /** Only what has ended is removed. */
  removed(): void {
    this.#end(this.#seen ? { kind: 'stopped' } : { kind: 'notFound' })
  }

  gap(): void {}

  synced(): void {
    if (!this.#seen) this.#end({ kind: 'notFound' })
  }

  died(worker: string): void {
    if (this.#seen && isOwned(this.#seen) && this.#seen.owner === worker) this.#end({ kind: 'lost', worker })
  }

  async #listen(): Promise<void> {
    const { entries, clock, failed } = this.#components
    while (!this.#isOver) {
      try {
        this.#watch = await entries.watch(this.#key, this, { initial: true })
        break
      } catch (error) {
        failed(error)
        await pause(clock, AGAIN_MS)
      }
    }
    if (this.#isOver) this.#watch?.stop()
  }

  /** What this process has not heard of may be new. */
  #confirm(owner: string): void {
    const { members, clock } = this.#components
    members.isDead(owner).then(
      async (isDead) => {
        if (!isDead) return
        this.#late = owner
        await pause(clock, TAKEOVER_MS) // E3
        this.died(owner)
      },
      async (error) => {
        if (!hasCode(error, 'StoreUnavailable')) throw error
        await pause(clock, AGAIN_MS)
        if (!this.#isOver) this.#confirm(owner)
      }
    )
  }

  #end(reason: Termination): void {
    if (this.#isOver) return
    this.stop() // E1
    this.#ended(reason)
  }
}

function isOwned({ why }: DirectoryRecord): boolean {
  return why === 'new' || why === 'takeover'
}

function endOf({ failure }: DirectoryRecord): Termination {
  return failure === undefined ? { kind: 'stopped' } : { kind: 'failed', error: new Error(failure) }
}
