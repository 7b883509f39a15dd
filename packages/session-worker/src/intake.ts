/**
 * Where every message to this worker comes in.
 *
 * I1  A message reaches an actor only on the worker that the directory names as its owner.
 * I2  Every question gets an answer: the actor's, or a status that says it did not run.
 * I3  Messages for an address that is being opened or ended wait for that, in order.
 * I4  Nothing is taken while the lease is not held: the asker may ask again.
 * I5  What could not be given up when everything was handed over, as the store was away, is given up for the next message.
 */
import { ActorError } from '@scaled-mcp/actor'
import { encodeFailure, type Lease } from '@scaled-mcp/cluster'
import {
  type Address,
  errorHeaders,
  type Headers,
  hasCode,
  header,
  parseAddressKey,
  type ReplyStatus,
  SESSION_KIND,
  type Subjects,
  type WorkerSubject
} from '@scaled-mcp/contracts'
import type { Delivery, Message, Reply } from '@scaled-mcp/mesh'
import type { Logger } from '@scaled-mcp/server'
import type { AddressChanges } from './address-changes.ts'
import { Unhostable } from './authored-hosting.ts'
import type { Claimed, Claims, Owned } from './claims.ts'
import type { Endings } from './endings.ts'
import type { Hosting } from './hosting.ts'
import type { LivingActor } from './living-actor.ts'
import { LivingSession } from './living-session.ts'
import type { Resend } from './resend.ts'

export interface IntakeComponents {
  readonly subjects: Subjects
  readonly claims: Claims
  readonly hosting: Hosting
  readonly changes: AddressChanges
  readonly endings: Endings
  readonly lease: Lease
  readonly resend: Resend
  readonly logger: Logger
  /** Told of each session that begins here. */
  readonly begun: (session: LivingSession) => void
}

export interface IntakeInit {
  /** Whether an idle session is rebuilt from its record before each message. */
  readonly isRebuilt: boolean
}

const NOTHING = new Uint8Array()
const NAME_TAKEN = encodeFailure(new ActorError('NameTaken', 'the address is in use'))

type Form = WorkerSubject['form']
/** Who is to be answered, and what was asked with. */
interface Asked {
  readonly reply?: Reply | undefined
  readonly headers?: Headers | undefined
}

export class Intake {
  readonly #components: IntakeComponents
  readonly #isRebuilt: boolean
  #isClosed = false

  constructor(components: IntakeComponents, { isRebuilt }: IntakeInit) {
    this.#components = components
    this.#isRebuilt = isRebuilt
  }

  get isClosed(): boolean {
    return this.#isClosed
  }

  /** Takes nothing new from now on; what is hosted goes on. */
  close(): void {
    this.#isClosed = true
  }

  /** Takes what comes again. */
  open(): void {
    this.#isClosed = false
  }

  receive(delivery: Delivery): void {
    if (!this.#components.lease.isHeld) {
      this.#answer(delivery.reply, 'busy') // I4
      return
    }
    const { key, form } = this.#components.subjects.parseWorker(delivery.subject)
    const changing = this.#components.changes.of(key)
    if (changing) {
      void changing.then(() => this.receive(delivery)) // I3
      return
    }
    const hosted = this.#components.hosting.get(key)
    if (delivery.headers?.[header.verb] === 'end') this.#change(key, delivery, () => this.#end(key, delivery))
    else if (hosted && this.#isRebuilt && isForIdle(hosted, delivery)) {
      this.#change(key, delivery, () => this.#rebuild(hosted, delivery, form))
    } else if (hosted) this.#deliver(delivery, () => hosted.deliver(delivery, form))
    else if (this.#isClosed) this.#turnAway(key, delivery)
    else this.#change(key, delivery, () => this.#open(key, delivery, form))
  }

  /** Messages for the address wait until this is over (I3); whatever goes wrong is told to the asker (I2). */
  #change(key: string, { reply, headers }: Delivery, change: () => Promise<void>): void {
    const { changes, logger, resend } = this.#components
    changes.run(key, change).catch((error) => {
      logger.warn({ err: error, address: key }, 'message refused')
      const refusal = refusalOf(error, parseAddressKey(key), headers)
      resend.refuse(() => reply?.end(refusal))
    })
  }

  /** Nothing is opened here any more. Who believes that it is here already may be right (I5). */
  #turnAway(key: string, delivery: Delivery): void {
    const { headers } = delivery
    const verb = headers?.[header.verb]
    const isOpening = verb === 'create' || verb === 'activate' || headers?.[header.epoch] === '0'
    if (isOpening) this.#answer(delivery.reply, 'draining')
    else this.#change(key, delivery, () => this.#giveBack(key, delivery))
  }

  async #giveBack(key: string, { headers, reply }: Delivery): Promise<void> {
    const { claims } = this.#components
    const address = parseAddressKey(key)
    const claimed = await claims.claim(address, headers)
    if (claimed.outcome !== 'owned') {
      this.#refuse({ reply }, claimed)
      return
    }
    await claims.release({ address, claim: claimed.claim })
    this.#answer(reply, 'draining')
  }

  async #open(key: string, delivery: Delivery, form: Form): Promise<void> {
    const { claims, hosting } = this.#components
    const address = parseAddressKey(key)
    if (hosting.isFull || !hosting.hosts(address.kind)) {
      this.#answer(delivery.reply, 'full')
      return
    }
    const claimed = await claims.claim(address, delivery.headers)
    if (claimed.outcome !== 'owned') {
      this.#refuse(delivery, claimed)
      return
    }
    const actor = await this.#host({ address, claim: claimed.claim }, claimed.isNew, delivery) // I1
    this.#deliver(delivery, () => actor.begin(delivery, form))
  }

  async #rebuild(hosted: LivingActor, delivery: Delivery, form: Form): Promise<void> {
    const { hosting } = this.#components
    await hosting.passivate(hosted)
    const actor = await hosting.restore(hosted)
    this.#deliver(delivery, () => actor.deliver(delivery, form))
  }

  /** What is new and cannot be hosted is over; what exists is given back. */
  async #host(owned: Owned, isNew: boolean, delivery: Delivery): Promise<LivingActor> {
    const { hosting, claims, endings, begun } = this.#components
    try {
      if (!isNew) return await hosting.restore(owned)
      const actor = await hosting.create(owned, delivery)
      if (actor instanceof LivingSession) begun(actor)
      return actor
    } catch (error) {
      await (isNew ? endings.endUnhosted(owned, error) : claims.release(owned))
      throw error
    }
  }

  async #end(key: string, { reply, headers }: Delivery): Promise<void> {
    const { claims, hosting, endings } = this.#components
    const address = parseAddressKey(key)
    const hosted = hosting.get(key)
    const claimed = hosted ? owned(hosted) : await claims.claim(address, headers)
    if (claimed.outcome === 'ended' && headers?.[header.attempt] !== undefined) {
      this.#reply(reply) // by the first attempt
      return
    }
    if (claimed.outcome !== 'owned') {
      this.#refuse({ reply }, claimed)
      return
    }
    const isEnded = await endings.end({ address, claim: claimed.claim })
    if (isEnded) this.#reply(reply)
    else this.#answer(reply, 'not-owner') // given up or taken over meanwhile: whoever has it now ends it (I1)
  }

  /**
   * Runs a change of an address while its messages wait; does nothing, and resolves with undefined, when it is hosted here or
   * something is under way already. Rejects as `change` does.
   */
  async exclusively<T>(key: string, change: () => Promise<T>): Promise<T | undefined> {
    const { changes, hosting } = this.#components
    return changes.of(key) || hosting.get(key) ? undefined : changes.run(key, change)
  }

  /** An actor that is on its way out, or has no room, has not run the message: the asker may ask again (I2). */
  #deliver({ reply }: Delivery, deliver: () => void): void {
    try {
      deliver()
    } catch (error) {
      if (!(error instanceof ActorError)) throw error
      this.#answer(reply, error.code === 'MailboxFull' ? 'full' : 'draining')
    }
  }

  #refuse({ reply, headers }: Asked, claimed: Exclude<Claimed, { outcome: 'owned' }>): void {
    if (claimed.outcome === 'ended') this.#answer(reply, 'ended')
    else if (claimed.outcome === 'taken' && headers?.[header.messageId] !== undefined) {
      this.#answer(reply, 'interrupted') // perhaps by the first attempt
    } else if (claimed.outcome === 'taken') this.#components.resend.refuse(() => reply?.end(NAME_TAKEN))
    else this.#answer(reply, 'not-owner', claimed.owner === undefined ? {} : { [header.owner]: claimed.owner })
  }

  #answer(reply: Reply | undefined, status: ReplyStatus, headers: Headers = {}): void {
    this.#reply(reply, { [header.status]: status, ...headers })
  }

  #reply(reply: Reply | undefined, headers?: Headers): void {
    if (reply) this.#components.resend.refuse(() => reply.end({ body: NOTHING, headers }))
  }
}

function owned({ claim }: LivingActor): Claimed {
  return { outcome: 'owned', claim, isNew: false }
}

/** Whoever only reads a stream is no reason to rebuild: rebuilding sends readers away, and they come back at once. */
function isForIdle({ isRebuildable }: LivingActor, { headers }: Delivery): boolean {
  return isRebuildable && headers?.[header.verb] === undefined
}

/**
 * What went wrong before the message ran, and another attempt may overcome, is no error yet (I2). What an actor of the
 * author's own threw as it began is its answer, unless the message may have run before.
 */
function refusalOf(error: unknown, { kind }: Address, headers: Headers | undefined): Message {
  if (hasCode(error, 'StaleEpoch')) return refusal({ [header.status]: 'not-owner' })
  if (hasCode(error, 'StoreUnavailable')) return refusal({ [header.status]: 'busy' })
  if (error instanceof Unhostable) return refusal({ [header.status]: 'full' }) // others are asked (cluster protocol §3.7)
  if (kind === SESSION_KIND) return refusal(errorHeaders(error))
  if (headers?.[header.messageId] !== undefined) return refusal({ [header.status]: 'interrupted' })
  return encodeFailure(error)
}

function refusal(headers: Headers): Message {
  return { body: NOTHING, headers }
}
