import type { Clock } from '@scaled-mcp/actor'
import { type MemberRecord, memberCodec, type Role } from '@scaled-mcp/contracts'
import type { Bucket, Watch } from '@scaled-mcp/mesh'

export interface MemberViewComponents {
  readonly members: Bucket
  readonly clock: Clock
  /** Told of a record that cannot be read; it is left out of the view. */
  readonly unreadable: (key: string, error: unknown) => void
}

interface Seen {
  readonly record: MemberRecord
  /** When this process last saw the beat change, on its own monotonic clock. */
  readonly at: number
}

/**
 * A member whose heartbeat has not changed for this long gets no new sessions. It says nothing about what the
 * member owns: an owner is dead only when its record says so (cluster protocol §3.2).
 */
const FRESH_MS = 6_500

/** The processes of the cluster, as this one sees them. */
export class MemberView {
  readonly #components: MemberViewComponents
  readonly #seen = new Map<string, Seen>()
  #watch: Watch | undefined
  #synced = false

  constructor(components: MemberViewComponents) {
    this.#components = components
  }

  /** Starts to follow the member records; resolves once those that are there are known. */
  async start(): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      const listener = {
        changed: (entry: { readonly key: string; readonly value: Uint8Array }) => this.#changed(entry),
        removed: (key: string) => void this.#seen.delete(key),
        gap: () => {
          this.#synced = false
        },
        synced: () => {
          this.#synced = true
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
  }

  /** Whether every change so far has been seen. */
  get synced(): boolean {
    return this.#synced
  }

  get(id: string): MemberRecord | undefined {
    return this.#seen.get(id)?.record
  }

  /** The members that are up and were heard of lately. */
  up(role: Role): readonly MemberRecord[] {
    const oldest = this.#components.clock.monotonic() - FRESH_MS
    const up: MemberRecord[] = []
    for (const { record, at } of this.#seen.values()) {
      if (record.role === role && record.state === 'up' && at >= oldest) up.push(record)
    }
    return up
  }

  #changed({ key, value }: { readonly key: string; readonly value: Uint8Array }): void {
    try {
      const record = memberCodec.decode(value)
      const before = this.#seen.get(key)
      const isSameBeat = before?.record.beat === record.beat && before.record.state === record.state
      if (!isSameBeat) this.#seen.set(key, { record, at: this.#components.clock.monotonic() })
    } catch (error) {
      this.#components.unreadable(key, error)
    }
  }
}
