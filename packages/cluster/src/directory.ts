/**
 * Who owns which actor. An entry is changed by compare-and-set only, and its revision is the owner's epoch.
 *
 * D1  Only the would-be owner writes its own claim, and only the owner releases or ends its entry.
 * D2  An entry whose owner has not released it is claimed by another only when the owner's member record says that it
 *     is dead, or is gone: a silent owner keeps what it owns.
 * D3  A session's ended entry is never claimed again. Of an actor of the author's own it is, as a new one: the claim is a
 *     compare-and-set on the end of the one before.
 * D4  A claim is known by its epoch and by the random mark of the write that made it, should a store that lost its last
 *     writes count an epoch twice.
 */
import type { Clock } from '@scaled-mcp/actor'
import {
  type Address,
  addressKey,
  type DirectoryRecord,
  directoryCodec,
  parseAddressKey,
  ScaledMcpError
} from '@scaled-mcp/contracts'
import type { Bucket, Entry, PutOutcome } from '@scaled-mcp/mesh'
import type { MemberView } from './member-view.ts'

export interface DirectoryComponents {
  readonly entries: Bucket
  readonly members: Pick<MemberView, 'isDead'>
  readonly clock: Clock
}

/** What an owner holds an address by. */
export interface Claim {
  readonly epoch: number
  /** The mark of the write that claimed it (D4). */
  readonly nonce: string
}

/** A directory entry and the claim it stands for. */
export interface Ownership {
  readonly record: DirectoryRecord
  readonly claim: Claim
}

export type Opened =
  | { readonly outcome: 'owned'; readonly claim: Claim; readonly isNew: boolean }
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

  /** Gives `receive` every entry, one now and then twice. @throws StoreUnavailable. */
  async all(receive: (address: Address, ownership: Ownership) => void): Promise<void> {
    await this.#components.entries.all((entry) => receive(parseAddressKey(entry.key), ownership(entry)))
  }

  /** Removes what is left of an ended address. @throws StoreUnavailable. */
  async forget(address: Address): Promise<void> {
    await this.#components.entries.purge(addressKey(address))
  }

  /**
   * Claims a new address for `worker`; `not-owner` when somebody was first.
   * @throws StoreUnavailable when it is not known whether the claim was stored.
   */
  async create(address: Address, worker: string): Promise<Opened> {
    return this.#claim(address, { owner: worker, why: 'new', at: this.#components.clock.wall() }, 0)
  }

  /**
   * Claims an address that its owner has released, or whose owner is dead; `missing` when there is no such address.
   * @throws StoreUnavailable when it is not known whether the owner is dead or whether the claim was stored.
   */
  async open(address: Address, worker: string): Promise<Opened> {
    const current = await this.lookup(address)
    return current ? this.#open(address, worker, current) : { outcome: 'missing' }
  }

  async #open(address: Address, worker: string, current: Ownership): Promise<Opened> {
    const why = await this.#reason(current.record, worker)
    if (why === undefined) return opened(current, worker)
    const at = this.#components.clock.wall()
    return this.#claim(address, { owner: worker, was: current.record.owner, why, at }, current.claim.epoch)
  }

  /**
   * Claims an address whether it is new, has ended, was released, or belonged to an owner that is dead.
   * @param admit called before one begins that is new or has ended; what it throws is thrown.
   * @throws StoreUnavailable as {@link open} does.
   */
  async activate(address: Address, worker: string, admit: () => void): Promise<Opened> {
    const current = await this.lookup(address)
    if (current && current.record.why !== 'ended') return this.#open(address, worker, current)
    admit()
    return this.#begin(address, worker, current)
  }

  /**
   * Claims an address that is new or has ended; `taken` when it is in use.
   * @param admit as {@link activate} has it.
   * @throws StoreUnavailable when it is not known whether the claim was stored.
   */
  async spawn(address: Address, worker: string, admit: () => void): Promise<Opened | { readonly outcome: 'taken' }> {
    const current = await this.lookup(address)
    if (current && current.record.why !== 'ended') return { outcome: 'taken' }
    admit()
    const begun = await this.#begin(address, worker, current)
    return begun.outcome === 'owned' ? begun : { outcome: 'taken' }
  }

  /** Gives the address up, for any worker to open; false when `claim` is not the entry's any more. */
  async release(address: Address, claim: Claim): Promise<boolean> {
    return this.#finish(address, claim, 'released')
  }

  /**
   * Ends the address; false when `claim` is not the entry's any more.
   * @param failure what its actor failed with, for those who watch it.
   */
  async end(address: Address, claim: Claim, failure?: string): Promise<boolean> {
    return this.#finish(address, claim, 'ended', failure)
  }

  #begin(address: Address, owner: string, ended: Ownership | undefined): Promise<Opened> {
    const record = { owner, why: 'new', at: this.#components.clock.wall() } as const
    return this.#claim(address, record, ended?.claim.epoch ?? 0, true)
  }

  /** Why `worker` may claim what others own or owned; undefined when it may not (D2, D3). */
  async #reason({ owner, why }: DirectoryRecord, worker: string): Promise<'new' | 'takeover' | undefined> {
    if (why === 'ended') return undefined
    if (why === 'released') return 'new'
    if (owner === worker) return undefined
    return (await this.#components.members.isDead(owner)) ? 'takeover' : undefined
  }

  async #claim(address: Address, record: DirectoryRecord, expect: number, isNew = expect === 0): Promise<Opened> {
    const put = await this.#put(address, record, expect)
    if (put.outcome === 'won') {
      return { outcome: 'owned', claim: { epoch: put.revision, nonce: put.nonce }, isNew }
    }
    return put.current ? opened(ownership(put.current), record.owner) : { outcome: 'missing' }
  }

  async #finish(
    address: Address,
    { epoch, nonce }: Claim,
    why: 'released' | 'ended',
    failure?: string
  ): Promise<boolean> {
    const current = await this.lookup(address)
    if (current?.claim.epoch !== epoch || current.claim.nonce !== nonce) return false
    const record = {
      ...current.record,
      why,
      at: this.#components.clock.wall(),
      ...(failure !== undefined && { failure })
    }
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
  const { value, revision, nonce } = entry
  return { record: directoryCodec.decode(value), claim: { epoch: revision, nonce } }
}

function opened({ record, claim }: Ownership, worker: string): Opened {
  if (record.why === 'ended') return { outcome: 'ended' }
  if (record.owner === worker && record.why !== 'released') return { outcome: 'owned', claim, isNew: false }
  return { outcome: 'not-owner', owner: record.owner, epoch: claim.epoch }
}
