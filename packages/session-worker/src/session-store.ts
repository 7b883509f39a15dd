import type { Claim } from '@scaled-mcp/cluster'
import { ScaledMcpError, type SessionRecord, sessionCodec } from '@scaled-mcp/contracts'
import type { Bucket, Entry } from '@scaled-mcp/mesh'
import type { SessionChange, SessionFields, SessionRecordPort } from '@scaled-mcp/server'

export interface SessionStoreComponents {
  readonly states: Bucket
  /** Told once when another owner has written the record of `key`: this one must stop without saving. */
  readonly stale: (key: string) => void
}

export interface SessionStoreInit {
  /** `addressKey` of the session. */
  readonly key: string
  readonly claim: Claim
  readonly fields: SessionFields
  /** Of the stored record; 0 when there is none yet. */
  readonly revision: number
}

/**
 * The stored record of one session, as its owner sees it.
 *
 * T1  Every write is a compare-and-set on the one before and carries the owner's claim: two owners never both write.
 * T2  Writes take effect in the order of their calls, each on what the one before has stored: of two subscriptions at
 *     once both are kept.
 */
export class SessionStore implements SessionRecordPort {
  readonly #components: SessionStoreComponents
  readonly #key: string
  readonly #claim: Claim
  #fields: SessionFields
  #revision: number
  #isSettled = true
  /** Undefined when nothing is being written. */
  #last: Promise<unknown> | undefined

  constructor(components: SessionStoreComponents, init: SessionStoreInit) {
    this.#components = components
    this.#key = init.key
    this.#claim = init.claim
    this.#fields = init.fields
    this.#revision = init.revision
  }

  /**
   * Reads the record of a session and writes the new owner's claim into it, so that nothing an earlier owner still has
   * on its way can be stored any more (cluster protocol §3.3, "seal").
   * @throws ScaledMcpError `StaleEpoch` when a later owner has sealed it, `SessionNotFound` when there is no record.
   */
  static async seal(components: SessionStoreComponents, init: Pick<SessionStoreInit, 'key' | 'claim'>) {
    for (;;) {
      const entry = await components.states.get(init.key)
      if (!entry) throw new ScaledMcpError('SessionNotFound', 'it has no record')
      const sealed = await sealOnce(components.states, entry, init.claim)
      if (sealed) return new SessionStore(components, { ...init, ...sealed })
    }
  }

  /** Whether the client's initialize has been stored. */
  get exists(): boolean {
    return this.#revision > 0
  }

  read(): SessionFields {
    return this.#fields
  }

  write(change: Partial<SessionFields>): Promise<void> {
    return this.update(() => change)
  }

  update(change: SessionChange): Promise<void> {
    const written = this.#last ? this.#last.then(() => this.#write(change)) : this.#write(change)
    const over = () => {
      if (this.#last === last) this.#last = undefined
    }
    const last = written.then(over, over) // T2: the caller has the rejection, the next write has to run
    this.#last = last
    return written
  }

  async #write(change: SessionChange): Promise<void> {
    if (!this.#isSettled) await this.#settle()
    const changed = change(this.#fields)
    if (!changed) return
    const fields = { ...this.#fields, ...changed }
    const record = sessionCodec.encode(claimed(fields, this.#claim))
    const put = await this.#components.states.put(this.#key, record, this.#revision) // T1
    if (put.outcome === 'lost') throw this.#stale()
    if (put.outcome === 'unknown') {
      this.#isSettled = false
      throw new ScaledMcpError('StoreUnavailable', 'the session record may or may not have been written')
    }
    this.#revision = put.revision
    this.#fields = fields
  }

  /** After a write of unknown outcome: what the store holds is what counts. */
  async #settle(): Promise<void> {
    const entry = await this.#components.states.get(this.#key)
    const record = entry && sessionCodec.decode(entry.value)
    const isEnded = !record && this.exists // by a later owner
    if (isEnded || (record && !isBy(record, this.#claim))) throw this.#stale()
    this.#revision = entry?.revision ?? 0
    if (record) this.#fields = record
    this.#isSettled = true
  }

  #stale(): ScaledMcpError {
    this.#components.stale(this.#key)
    return new ScaledMcpError('StaleEpoch', this.#key)
  }
}

async function sealOnce(states: Bucket, entry: Entry, claim: Claim) {
  const fields = sessionCodec.decode(entry.value)
  const isLater = fields.epoch > claim.epoch || (fields.epoch === claim.epoch && !isBy(fields, claim))
  if (isLater) throw new ScaledMcpError('StaleEpoch', entry.key)
  const put = await states.put(entry.key, sessionCodec.encode(claimed(fields, claim)), entry.revision)
  if (put.outcome === 'unknown') throw new ScaledMcpError('StoreUnavailable', 'the session record was not sealed')
  return put.outcome === 'won' ? { fields, revision: put.revision } : undefined
}

function claimed(fields: SessionFields, { epoch, nonce }: Claim): SessionRecord {
  return { ...fields, epoch, claim: nonce }
}

function isBy(record: SessionRecord, { epoch, nonce }: Claim): boolean {
  return record.epoch === epoch && record.claim === nonce
}
