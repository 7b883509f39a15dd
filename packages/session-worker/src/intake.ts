/**
 * Where every message to this worker comes in.
 *
 * I1  A message reaches an actor only on the worker that the directory names as its owner.
 * I2  Every question gets an answer: the actor's, or a status that says it did not run.
 * I3  Messages for an address that is being opened or ended wait for that, in order.
 * I4  Nothing is taken while the lease is not held: the asker may ask again.
 * I5  What could not be given up when everything was handed over, as the store was away, is given up for the next message.
 */
import { ActorError, type Termination } from '@scaled-mcp/actor'
import { encodeFailure, type Lease } from '@scaled-mcp/cluster'
import {
  type Address,
  addressKey,
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
import { NewerState } from './authored-hosting.ts'
import type { Claimed, Claims, Owned } from './claims.ts'
import type { Hosting } from './hosting.ts'
import type { LivingActor } from './living-actor.ts'
import { LivingSession } from './living-session.ts'
import type { Resend } from './resend.ts'

export interface IntakeComponents {
  readonly subjects: Subjects
  readonly claims: Claims
  readonly hosting: Hosting
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

/** Sessions handed over at a time when a worker stops: enough to keep the store busy, few enough to stay prompt. */
const HANDOVERS_AT_ONCE = 64
const NOTHING = new Uint8Array()
const NO_DELIVERY = {}
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
  readonly #changing = new Map<string, Promise<void>>()
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
    const changing = this.#changing.get(key)
    if (changing) {
      void changing.then(() => this.receive(delivery)) // I3
      return
    }
    const hosted = this.#components.hosting.get(key)
    if (delivery.headers?.[header.verb] === 'end') void this.#change(key, delivery, () => this.#end(key, delivery))
    else if (hosted && this.#isRebuilt && isForIdle(hosted, delivery)) {
      void this.#change(key, delivery, () => this.#rebuild(hosted, delivery, form))
    } else if (hosted) this.#deliver(delivery, () => hosted.deliver(delivery, form))
    else if (this.#isClosed) this.#turnAway(key, delivery)
    else void this.#change(key, delivery, () => this.#open(key, delivery, form))
  }

  /** Forgets every session at once, without a word to anybody: they are others' now. */
  async abandonAll(): Promise<void> {
    this.close()
    await this.#forEachLiving((hosted) => this.#components.hosting.abandon(hosted))
  }

  /** Passivates every session and keeps owning it: the next message rebuilds it. */
  async passivateAll(): Promise<void> {
    await this.#forEachLiving((hosted) => this.#components.hosting.passivate(hosted))
  }

  /**
   * Passivates those of these sessions that are not used, and gives them up: the next message opens them on any worker.
   * Resolves with how many have left memory; never rejects.
   */
  async releaseUnused(sessions: readonly LivingActor[]): Promise<number> {
    let left = 0
    await inLanes(sessions, async (hosted) => {
      const key = addressKey(hosted.address)
      const isHere = this.#components.hosting.get(key) === hosted && hosted.isUnused
      if (!isHere || this.#isClosed || this.#changing.has(key) || !this.#components.lease.isHeld) return
      await this.#change(key, NO_DELIVERY, () => this.#release(hosted))
      if (this.#components.hosting.get(key) !== hosted) left++
    })
    return left
  }

  /** Passivates every session and gives it up: the next message opens it on any worker. */
  async releaseAll(): Promise<void> {
    await Promise.all(this.#changing.values())
    await this.#forEachLiving((hosted) => this.#release(hosted))
  }

  async #release(hosted: LivingActor): Promise<void> {
    await this.#components.hosting.passivate(hosted)
    await this.#components.claims.release(hosted)
  }

  /** One change of an address at a time; whatever goes wrong is told to the asker (I2). */
  #change(key: string, { reply, headers }: Asked, change: () => Promise<void>): Promise<void> {
    const changed = change().catch((error) => {
      this.#components.logger.warn({ err: error, address: key }, 'message refused')
      const refusal = refusalOf(error, parseAddressKey(key), headers)
      if (reply) this.#components.resend.refuse(() => reply.end(refusal))
    })
    return this.#during(key, changed)
  }

  /** Messages for the address wait until this is over (I3). It never rejects. */
  #during(key: string, change: Promise<void>): Promise<void> {
    const changed = change.finally(() => this.#changing.delete(key))
    this.#changing.set(key, changed)
    return changed
  }

  /** Nothing is opened here any more. Who believes that it is here already may be right (I5). */
  #turnAway(key: string, delivery: Delivery): void {
    const { headers } = delivery
    const isOpening = headers?.[header.verb] === 'create' || headers?.[header.epoch] === '0'
    if (isOpening) this.#answer(delivery.reply, 'draining')
    else void this.#change(key, delivery, () => this.#giveBack(key, delivery))
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
    const { hosting, begun } = this.#components
    try {
      if (!isNew) return await hosting.restore(owned)
      const actor = await hosting.create(owned, delivery)
      if (actor instanceof LivingSession) begun(actor)
      return actor
    } catch (error) {
      await this.#giveUp(owned, isNew, error)
      throw error
    }
  }

  async #giveUp(owned: Owned, isNew: boolean, error: unknown): Promise<void> {
    const { claims } = this.#components
    if (!isNew) await claims.release(owned)
    else if (owned.address.kind === SESSION_KIND) await claims.end(owned)
    else await claims.endActor(owned, textOf(error))
  }

  async #end(key: string, { reply, headers }: Delivery): Promise<void> {
    const { claims, hosting } = this.#components
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
    const isEnded = await claims.end({ address, claim: claimed.claim })
    if (hosted) await (isEnded ? hosting.stop(hosted) : hosting.abandon(hosted))
    if (!isEnded) {
      this.#answer(reply, 'not-owner') // given up or taken over meanwhile: whoever has it now ends it (I1)
      return
    }
    if (!hosted || hosted.hasStreams) await this.#forgetEvents(address)
    this.#reply(reply)
  }

  /** What stays expires by itself. */
  async #forgetEvents(address: Address): Promise<void> {
    const { claims, logger } = this.#components
    const failed = (error: unknown) => logger.warn({ err: error, address: addressKey(address) }, 'events not removed')
    await claims.forgetEvents(address).catch(failed)
  }

  /** Ends a session that its server refused to initialize. */
  refused(key: string): void {
    this.#endHere(key)
  }

  /** An actor of the author's own has ended by itself: so does its address. */
  endedByItself(actor: LivingActor, reason: Termination): void {
    const key = addressKey(actor.address)
    const changing = this.#changing.get(key)
    if (changing) void changing.then(() => this.endedByItself(actor, reason))
    else if (this.#components.hosting.get(key) === actor) {
      void this.#change(key, NO_DELIVERY, () => this.#endActor(actor, reason))
    }
  }

  /** Not held as it was: whoever owns it then ends it, as nobody has it in memory. */
  async #endActor(actor: LivingActor, reason: Termination): Promise<void> {
    const { claims, hosting } = this.#components
    hosting.forget(actor)
    await claims.endActor(actor, reason.kind === 'failed' ? textOf(reason.error) : undefined)
  }

  /** Ends a session that was begun and not gone on with, unless it is another's by now. */
  endAbandoned(session: LivingActor): void {
    const key = addressKey(session.address)
    if (this.#components.hosting.get(key) === session && !this.#changing.has(key)) this.#endHere(key)
  }

  #endHere(key: string): void {
    void this.#change(key, NO_DELIVERY, () => this.#end(key, { subject: key, body: NOTHING }))
  }

  /**
   * Runs a change of an address while its messages wait; does nothing, and resolves with undefined, when it is hosted here or
   * something is under way already. Rejects as `change` does.
   */
  async exclusively<T>(key: string, change: () => Promise<T>): Promise<T | undefined> {
    if (this.#changing.has(key) || this.#components.hosting.get(key)) return undefined
    const changed = change()
    const over = () => undefined
    void this.#during(key, changed.then(over, over)) // whoever asked has the rejection
    return changed
  }

  async #forEachLiving(run: (hosted: LivingActor) => Promise<void>): Promise<void> {
    await inLanes(this.#components.hosting.all(), (hosted) => run(hosted).catch((error) => this.#failed(hosted, error)))
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

  #failed(hosted: LivingActor | undefined, error: unknown): void {
    const address = hosted && addressKey(hosted.address)
    this.#components.logger.error({ err: error, address }, 'actor not handed over')
  }
}

/** Some sessions at a time. */
async function inLanes(sessions: readonly LivingActor[], run: (hosted: LivingActor) => Promise<void>): Promise<void> {
  const waiting = [...sessions]
  const lane = async () => {
    for (let hosted = waiting.pop(); hosted; hosted = waiting.pop()) await run(hosted)
  }
  await Promise.all(Array.from({ length: HANDOVERS_AT_ONCE }, lane))
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
  if (error instanceof NewerState) return refusal({ [header.status]: 'full' }) // others are asked (cluster protocol §3.7)
  if (kind === SESSION_KIND) return refusal(errorHeaders(error))
  if (headers?.[header.messageId] !== undefined) return refusal({ [header.status]: 'interrupted' })
  return encodeFailure(error)
}

function refusal(headers: Headers): Message {
  return { body: NOTHING, headers }
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
