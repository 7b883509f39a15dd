import type { Claim } from '@scaled-mcp/cluster'
import { type RecordCodec, ScaledMcpError } from '@scaled-mcp/contracts'
import type { Bucket, Entry } from '@scaled-mcp/mesh'

/** What a record says of its owner. */
interface ClaimFields {
  readonly epoch: number
  readonly claim: string
}

export interface OwnedRecordComponents<F extends object> {
  readonly states: Bucket
  readonly codec: RecordCodec<F & ClaimFields>
  /** Told once when another owner has written the record of `key`: this one must stop without saving. */
  readonly stale: (key: string) => void
}

export interface OwnedRecordInit<F extends object> {
  /** `addressKey` of the actor. */
  readonly key: string
  readonly claim: Claim
  readonly fields: F
  /** Of the stored record; 0 when there is none yet. */
  readonly revision: number
}

export interface SealInit<F extends object> {
  readonly key: string
  readonly claim: Claim
  /** What to write where there is no record; default: that there is none is an error. */
  readonly initial?: F
}

/**
 * The stored record of one session or actor, as its owner sees it.
 *
 * T1  Every write is a compare-and-set on the one before and carries the owner's claim: two owners never both write.
 * T2  Writes take effect in the order of their calls, each on what the one before has stored: of two subscriptions at
 *     once both are kept.
 */
export class OwnedRecord<F extends object> {
  readonly #components: OwnedRecordComponents<F>
  readonly #key: string
  readonly #claim: Claim
  #fields: F
  #revision: number
  #isSettled = true
  /** Undefined when nothing is being written. */
  #last: Promise<unknown> | undefined

  constructor(components: OwnedRecordComponents<F>, init: OwnedRecordInit<F>) {
    this.#components = components
    this.#key = init.key
    this.#claim = init.claim
    this.#fields = init.fields
    this.#revision = init.revision
  }

  /**
   * Reads the record and writes the new owner's claim into it, so that nothing an earlier owner still has on its way can
   * be stored any more (cluster protocol §3.3, "seal").
   * @throws ScaledMcpError `StaleEpoch` when a later owner has sealed it, `SessionNotFound` when there is no record.
   */
  static async seal<F extends object>(
    components: OwnedRecordComponents<F>,
    init: SealInit<F>
  ): Promise<OwnedRecord<F>> {
    for (;;) {
      const entry = await components.states.get(init.key)
      const found = entry && { fields: unclaimed(components, entry, init.claim), revision: entry.revision }
      const { fields, revision } = found ?? { fields: init.initial, revision: 0 }
      if (!fields) throw new ScaledMcpError('SessionNotFound', 'it has no record')
      const value = components.codec.encode(claimed(fields, init.claim))
      const put = await components.states.put(init.key, value, revision)
      if (put.outcome === 'unknown') throw new ScaledMcpError('StoreUnavailable', 'the record was not sealed')
      if (put.outcome === 'won') return new OwnedRecord(components, { ...init, fields, revision: put.revision })
    }
  }

  /** Whether it has been stored. */
  get exists(): boolean {
    return this.#revision > 0
  }

  read(): F {
    return this.#fields
  }

  write(change: Partial<F>): Promise<void> {
    return this.update(() => change)
  }

  update(change: (fields: F) => Partial<F> | undefined): Promise<void> {
    const written = this.#last ? this.#last.then(() => this.#write(change)) : this.#write(change)
    const over = () => {
      if (this.#last === last) this.#last = undefined
    }
    const last = written.then(over, over) // T2: the caller has the rejection, the next write has to run
    this.#last = last
    return written
  }

  async #write(change: (fields: F) => Partial<F> | undefined): Promise<void> {
    if (!this.#isSettled) await this.#settle()
    const changed = change(this.#fields)
    if (!changed) return
    const fields = { ...this.#fields, ...changed }
    const { states, codec } = this.#components
    const put = await states.put(this.#key, codec.encode(claimed(fields, this.#claim)), this.#revision) // T1
    if (put.outcome === 'lost') throw this.#stale()
    if (put.outcome === 'unknown') {
      this.#isSettled = false
      throw new ScaledMcpError('StoreUnavailable', 'the record may or may not have been written')
    }
    this.#revision = put.revision
    this.#fields = fields
  }

  /** After a write of unknown outcome: what the store holds is what counts. */
  async #settle(): Promise<void> {
    const { states, codec } = this.#components
    const entry = await states.get(this.#key)
    const record = entry && codec.decode(entry.value)
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

/** The fields of a record that is no later owner's. @throws ScaledMcpError `StaleEpoch`. */
function unclaimed<F extends object>({ codec }: OwnedRecordComponents<F>, entry: Entry, claim: Claim): F {
  const record = codec.decode(entry.value)
  const isLater = record.epoch > claim.epoch || (record.epoch === claim.epoch && !isBy(record, claim))
  if (isLater) throw new ScaledMcpError('StaleEpoch', entry.key)
  return record
}

function claimed<F extends object>(fields: F, { epoch, nonce }: Claim): F & ClaimFields {
  return { ...fields, epoch, claim: nonce }
}

function isBy(record: ClaimFields, { epoch, nonce }: Claim): boolean {
  return record.epoch === epoch && record.claim === nonce
}
