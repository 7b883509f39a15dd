/**
 * Who owns which actor. An entry is changed by compare-and-set only, and its revision is the owner's epoch.
 *
 * D1  Only the would-be owner writes its own claim, and only the owner releases or ends its entry.
 * D2  An entry whose owner has not released it is never claimed by another. (Takeover from a dead owner comes with
 *     leases; until then such an entry stays with its owner.)
 * D3  An ended entry is never claimed again.
 */
import type { Clock } from '@scaled-mcp/actor'
import { type Address, addressKey, type DirectoryRecord, directoryCodec, ScaledMcpError } from '@scaled-mcp/contracts'
import type { Bucket, Entry, PutOutcome } from '@scaled-mcp/mesh'

export interface DirectoryComponents {
  readonly entries: Bucket
  readonly clock: Clock
}

/** A directory entry and its epoch. */
export interface Ownership {
  readonly record: DirectoryRecord
  readonly epoch: number
}

export type Opened =
  | { readonly outcome: 'owned'; readonly epoch: number; readonly isNew: boolean }
  | { readonly outcome: 'not-owner'; readonly owner: string; readonly epoch: number }
  | { readonly outcome: 'ended' }
  | { readonly outcome: 'missing' }

export class Directory {
  readonly #components: DirectoryComponents

  constructor(components: DirectoryComponents) {
    this.#components = components
  }

  /** The newest entry, undefined when the address was never claimed. @throws StoreUnavailable. */
  async lookup(address: Address): Promise<Ownership | undefined> {
    const entry = await this.#components.entries.get(addressKey(address))
    return entry && ownership(entry)
  }

  /**
   * Claims a new address for `worker`; `not-owner` when somebody was first.
   * @throws StoreUnavailable when it is not known whether the claim was stored.
   */
  async create(address: Address, worker: string): Promise<Opened> {
    return this.#claim(address, { owner: worker, why: 'new', at: this.#components.clock.wall() }, 0)
  }

  /**
   * Claims an address that its owner has released; `missing` when there is no such address.
   * @throws StoreUnavailable when it is not known whether the claim was stored.
   */
  async open(address: Address, worker: string): Promise<Opened> {
    const current = await this.lookup(address)
    if (!current) return { outcome: 'missing' }
    if (current.record.why !== 'released') return opened(current, worker) // D2, D3
    const at = this.#components.clock.wall()
    return this.#claim(address, { owner: worker, was: current.record.owner, why: 'new', at }, current.epoch)
  }

  /** Gives the address up, for any worker to open; false when `epoch` is not the entry's any more. */
  async release(address: Address, epoch: number): Promise<boolean> {
    return this.#finish(address, epoch, 'released')
  }

  /** Ends the address for good; false when `epoch` is not the entry's any more. */
  async end(address: Address, epoch: number): Promise<boolean> {
    return this.#finish(address, epoch, 'ended')
  }

  async #claim(address: Address, record: DirectoryRecord, expect: number): Promise<Opened> {
    const put = await this.#put(address, record, expect)
    if (put.outcome === 'won') return { outcome: 'owned', epoch: put.revision, isNew: expect === 0 }
    return put.current ? opened(ownership(put.current), record.owner) : { outcome: 'missing' }
  }

  async #finish(address: Address, epoch: number, why: 'released' | 'ended'): Promise<boolean> {
    const current = await this.lookup(address)
    if (current?.epoch !== epoch) return false
    const record = { ...current.record, why, at: this.#components.clock.wall() }
    return (await this.#put(address, record, epoch)).outcome === 'won'
  }

  async #put(
    address: Address,
    record: DirectoryRecord,
    expect: number
  ): Promise<Exclude<PutOutcome, { outcome: 'unknown' }>> {
    const put = await this.#components.entries.put(addressKey(address), directoryCodec.encode(record), expect)
    if (put.outcome === 'unknown') throw new ScaledMcpError('StoreUnavailable', `entry ${addressKey(address)}`)
    return put
  }
}

function ownership(entry: Entry): Ownership {
  return { record: directoryCodec.decode(entry.value), epoch: entry.revision }
}

function opened({ record, epoch }: Ownership, worker: string): Opened {
  if (record.why === 'ended') return { outcome: 'ended' }
  if (record.owner === worker && record.why !== 'released') return { outcome: 'owned', epoch, isNew: false }
  return { outcome: 'not-owner', owner: record.owner, epoch }
}
