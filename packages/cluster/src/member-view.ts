import type { Clock } from '@scaled-mcp/actor'
import { type MemberRecord, memberCodec, type Role } from '@scaled-mcp/contracts'
import type { Bucket, Entry, Watch } from '@scaled-mcp/mesh'

export interface MemberViewComponents {
  readonly members: Bucket
  readonly clock: Clock
  /** Told of a record that cannot be read; it is left out of the view. */
  readonly unreadable: (key: string, error: unknown) => void
}

export interface MemberViewInit {
  /**
   * A member whose heartbeat has not changed for this long, in milliseconds, gets no new sessions. It says nothing
   * about what the member owns: an owner is dead only when its record says so (cluster protocol §3.2).
   */
  readonly freshMs: number
}

/** A member as this process sees it. */
export interface Seen {
  readonly record: MemberRecord
  readonly revision: number
  /** Since when its heartbeat has not changed, on our monotonic clock; never before the last gap in what we see. */
  readonly since: number
}

/** The processes of the cluster, as this one sees them. */
export class MemberView {
  readonly #components: MemberViewComponents
  readonly #freshMs: number
  readonly #seen = new Map<string, Seen>()
  readonly #mourners = new Set<(id: string) => void>()
  readonly #greeters = new Set<(id: string) => void>()
  #watch: Watch | undefined
  #synced = false

  constructor(components: MemberViewComponents, { freshMs }: MemberViewInit) {
    this.#components = components
    this.#freshMs = freshMs
  }

  /** Starts to follow the member records; resolves once those that are there are known. */
  async start(): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      const listener = {
        changed: (entry: Entry) => this.#changed(entry),
        removed: (key: string) => this.#removed(key),
        gap: () => {
          this.#synced = false
        },
        synced: () => {
          this.#resume()
          resolve()
        }
      }
      this.#components.members.watch('>', listener, { initial: true }).then((watch) => {
        this.#watch = watch
      }, reject)
    })
  }

  stop(): void {
    this.#watch?.stop()
    this.#mourners.clear()
    this.#greeters.clear()
  }

  /** Whether every change so far has been seen. */
  get synced(): boolean {
    return this.#synced
  }

  get(id: string): Seen | undefined {
    return this.#seen.get(id)
  }

  /** Whether a process is dead as far as this one knows; who is about to take something from it asks {@link isDead}. */
  seemsDead(id: string): boolean {
    const seen = this.#seen.get(id)
    return seen ? seen.record.state === 'dead' : this.#synced
  }

  /**
   * Whether a process is dead for ever: its record says so, or is gone. What this process has not heard of yet it asks
   * the store for. @throws StoreUnavailable.
   */
  async isDead(id: string): Promise<boolean> {
    if (this.#seen.get(id)?.record.state === 'dead') return true
    const entry = await this.#components.members.get(id)
    return entry === undefined || memberCodec.decode(entry.value).state === 'dead'
  }

  all(): readonly Seen[] {
    return [...this.#seen.values()]
  }

  /** The members that are up and were heard of lately. */
  up(role: Role): readonly MemberRecord[] {
    const oldest = this.#components.clock.monotonic() - this.#freshMs
    const up: MemberRecord[] = []
    for (const { record, since } of this.#seen.values()) {
      if (record.role === role && record.state === 'up' && since >= oldest) up.push(record)
    }
    return up
  }

  /** Tells of each member whose record says from now on that it is dead, until the function it returns is called. */
  onDeath(mourner: (id: string) => void): () => void {
    this.#mourners.add(mourner)
    return () => this.#mourners.delete(mourner)
  }

  /** Tells of each member that has lost its connection and is back, until the function it returns is called. */
  onReturn(greeter: (id: string) => void): () => void {
    this.#greeters.add(greeter)
    return () => this.#greeters.delete(greeter)
  }

  /** What was missed meanwhile is nobody's silence. */
  #resume(): void {
    const since = this.#components.clock.monotonic()
    for (const [id, seen] of this.#seen) this.#seen.set(id, { ...seen, since })
    this.#synced = true
  }

  #changed({ key, value, revision }: Entry): void {
    try {
      const record = memberCodec.decode(value)
      const before = this.#seen.get(key)
      if (before?.revision === revision) return
      this.#seen.set(key, { record, revision, since: this.#components.clock.monotonic() })
      if (record.state === 'dead' && before?.record.state !== 'dead') this.#mourn(key)
      else if (before && record.connections > before.record.connections) this.#greet(key)
    } catch (error) {
      this.#components.unreadable(key, error)
    }
  }

  /** Only the dead are removed. */
  #removed(key: string): void {
    const seen = this.#seen.get(key)
    this.#seen.delete(key)
    if (seen && seen.record.state !== 'dead') this.#mourn(key)
  }

  #greet(id: string): void {
    for (const greeter of [...this.#greeters]) greeter(id)
  }

  #mourn(id: string): void {
    for (const mourner of [...this.#mourners]) mourner(id)
  }
}
