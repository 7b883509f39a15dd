import type { Claim, Directory, Opened } from '@scaled-mcp/cluster'
import { type Address, addressKey, type Headers, header, SESSION_KIND } from '@scaled-mcp/contracts'
import type { Bucket, EventLog } from '@scaled-mcp/mesh'
import type { ActorQuota } from './actor-quota.ts'

export interface ClaimsComponents {
  readonly directory: Directory
  readonly states: Bucket
  readonly events: Pick<EventLog, 'purge'>
  readonly quota: ActorQuota
}

/** Whether this worker owns an address, and what to answer when it does not. */
export type Claimed =
  | { readonly outcome: 'owned'; readonly claim: Claim; readonly isNew: boolean }
  | { readonly outcome: 'not-owner'; readonly owner?: string }
  | { readonly outcome: 'ended' }
  | { readonly outcome: 'taken' }

/** An address and what this worker owns it by. */
export interface Owned {
  readonly address: Address
  readonly claim: Claim
}

/** What this worker claims, gives up and ends in the directory. */
export class Claims {
  readonly #components: ClaimsComponents
  readonly #worker: string

  constructor(components: ClaimsComponents, worker: string) {
    this.#components = components
    this.#worker = worker
  }

  /**
   * Claims the address as far as the sender's headers allow: a new one, one that nobody owns any more, or none. Rejects
   * with `QuotaExceeded`.
   */
  async claim(address: Address, headers: Headers | undefined): Promise<Claimed> {
    const { directory, quota } = this.#components
    const admit = () => quota.spend(headers)
    const verb = headers?.[header.verb]
    if (verb === 'create' && address.kind !== SESSION_KIND) return this.#spawned(address, admit)
    if (verb === 'create') return claimed(await directory.create(address, this.#worker))
    if (verb === 'activate') return claimed(await directory.activate(address, this.#worker, admit))
    if (headers?.[header.epoch] === '0') return claimed(await directory.open(address, this.#worker))
    return this.#owned(address)
  }

  /** Whether the address is still this worker's by that claim. Rejects with `StoreUnavailable`. */
  async holds({ address, claim: { epoch, nonce } }: Owned): Promise<boolean> {
    const found = await this.#components.directory.lookup(address)
    return found?.claim.epoch === epoch && found.claim.nonce === nonce
  }

  async release({ address, claim }: Owned): Promise<void> {
    await this.#components.directory.release(address, claim)
  }

  /** Ends the address for good and forgets its record; false when it is not this worker's by that claim any more. */
  async end({ address, claim }: Owned): Promise<boolean> {
    if (address.kind !== SESSION_KIND) return this.endActor({ address, claim })
    const { directory, states } = this.#components
    if (!(await directory.end(address, claim))) return false
    const key = addressKey(address)
    const record = await states.get(key)
    if (record) await states.tombstone(key, record.revision)
    return true
  }

  /**
   * Ends the address of an actor of the author's own; false when it is not this worker's by that claim any more. One that
   * failed keeps its state, for whoever begins it again.
   * @param failure what it failed with; undefined: it was told to stop.
   */
  async endActor({ address, claim }: Owned, failure?: string): Promise<boolean> {
    const { directory, states } = this.#components
    const key = addressKey(address)
    // Before the end: what begins after it must not find the state of what was told to stop.
    const record = failure === undefined ? await states.get(key) : undefined
    if (record && (await states.tombstone(key, record.revision)).outcome === 'lost') return false
    return directory.end(address, claim, failure)
  }

  /** Forgets what was sent on the streams of an address that has ended. */
  async forgetEvents(address: Address): Promise<void> {
    await this.#components.events.purge(addressKey(address))
  }

  /**
   * Removes what is left of an address that has ended: its entry last, as that is how it is found. The state of an actor that
   * failed stays.
   */
  async forget(address: Address): Promise<void> {
    const { directory, states } = this.#components
    const key = addressKey(address)
    await this.forgetEvents(address)
    if (address.kind === SESSION_KIND || !(await states.get(key))) await states.purge(key)
    await directory.forget(address)
  }

  async #spawned(address: Address, admit: () => void): Promise<Claimed> {
    const spawned = await this.#components.directory.spawn(address, this.#worker, admit)
    return spawned.outcome === 'taken' ? spawned : claimed(spawned)
  }

  /** The sender believes that this worker owns the address; the directory knows. */
  async #owned(address: Address): Promise<Claimed> {
    const found = await this.#components.directory.lookup(address)
    if (!found || found.record.why === 'ended') return { outcome: 'ended' }
    if (found.record.why === 'released') return { outcome: 'not-owner' }
    if (found.record.owner !== this.#worker) return { outcome: 'not-owner', owner: found.record.owner }
    return { outcome: 'owned', claim: found.claim, isNew: false }
  }
}

function claimed(opened: Opened): Claimed {
  if (opened.outcome === 'missing') return { outcome: 'ended' }
  return opened
}
