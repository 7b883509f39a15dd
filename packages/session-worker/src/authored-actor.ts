import { ActorError, type ActorSystem, type Clock } from '@scaled-mcp/actor'
import { type Claim, encodeFailure, type Lease } from '@scaled-mcp/cluster'
import { type Address, header, type ReplyStatus } from '@scaled-mcp/contracts'
import type { Delivery, Message, Reply } from '@scaled-mcp/mesh'
import type { Logger } from '@scaled-mcp/server'
import type { Owned } from './claims.ts'
import { DeliveredMessage, type DeliveredMessageComponents, type DeliveredMessageInit } from './delivered-message.ts'
import type { LivingActor } from './living-actor.ts'
import type { Resend } from './resend.ts'

/** The same for all actors of a worker. */
export interface AuthoredActorComponents {
  readonly system: ActorSystem
  readonly resend: Resend
  readonly lease: Lease
  readonly clock: Clock
  readonly logger: Logger
}

export interface AuthoredActorInit extends Owned {
  /** `kind/id`. */
  readonly name: string
  /** Whether all that counts of it is in its record. */
  readonly isStateful: boolean
  /** How long running messages may take to finish once it drains, in milliseconds. */
  readonly graceMs: number
}

const NOTHING = new Uint8Array()

/**
 * An actor of the author's own: the actor itself lives in the worker's actor system, under its name, and this is how the
 * messages of the mesh reach it.
 *
 * A1  A message that may have run before runs no more: its asker joins it while it is under way here, and is else told
 *     that nobody knows.
 * A2  When it leaves, what has not run is for its next owner.
 */
export class AuthoredActor implements LivingActor {
  readonly address: Address
  readonly claim: Claim
  readonly name: string
  readonly #components: AuthoredActorComponents
  readonly #init: AuthoredActorInit
  readonly #messages: DeliveredMessageComponents
  /** In flight, by the id of their question. */
  readonly #inFlight = new Map<string, DeliveredMessage>()
  #isLeaving = false
  #usedAt: number

  constructor(components: AuthoredActorComponents, init: AuthoredActorInit) {
    const { resend, lease, clock } = components
    this.address = init.address
    this.claim = init.claim
    this.name = init.name
    this.#components = components
    this.#init = init
    this.#usedAt = clock.monotonic()
    const over: DeliveredMessageComponents['over'] = (message, error) => this.#over(message, error)
    this.#messages = { resend, clock, mayAct: () => lease.isHeld, over }
  }

  get isRebuildable(): boolean {
    return this.#init.isStateful && this.isUnused
  }

  get isUnused(): boolean {
    return this.#inFlight.size === 0 && this.#components.system.isAtRest(this.name)
  }

  get usedAt(): number {
    return this.#usedAt
  }

  get hasStreams(): boolean {
    return false
  }

  /** Whether it ends in this worker's memory only, for another to have it. */
  get isLeaving(): boolean {
    return this.#isLeaving
  }

  begin(delivery: Delivery, form: 'ask' | 'tell'): void {
    const headers = { [header.epoch]: String(this.claim.epoch) } // so that its asker knows the way from now on
    if (delivery.headers?.[header.verb] === 'create') this.#answer(delivery.reply, { body: NOTHING, headers })
    else this.#deliver(delivery, { actor: this.name, form, headers })
  }

  deliver(delivery: Delivery, form: 'ask' | 'tell'): void {
    this.#deliver(delivery, { actor: this.name, form })
  }

  #deliver(delivery: Delivery, init: DeliveredMessageInit): void {
    const { headers, reply } = delivery
    this.#usedAt = this.#components.clock.monotonic()
    if (headers?.[header.messageId] !== undefined) this.#again(headers[header.messageId] as string, reply)
    else if (headers?.[header.verb] === 'create')
      this.#answer(reply, encodeFailure(new ActorError('NameTaken', this.name)))
    else this.#hand(delivery, init)
  }

  /** What waits is refused when the actor stops, and what runs may finish then. */
  async drain(): Promise<void> {
    this.#isLeaving = true
    for (const message of this.#inFlight.values()) message.leaveToLater() // A2
  }

  suspend(): void {
    this.#letGo((message) => message.notRun('moved'))
  }

  abandon(): void {
    this.#isLeaving = true
    this.#letGo((message) => message.drop())
  }

  async stop(): Promise<void> {
    if (await this.#endsInTime()) return
    const { logger } = this.#components
    logger.warn({ actor: this.name }, 'a turn of the actor has not finished in time, and goes on without being heard')
    this.suspend()
  }

  #endsInTime(): Promise<boolean> {
    const { system, clock } = this.#components
    return new Promise((resolve) => {
      const late = clock.after(this.#init.graceMs, () => resolve(false))
      void system.stopActor(this.name).then(() => {
        late.cancel()
        resolve(true)
      })
    })
  }

  /** A message that has not run before. */
  #hand(delivery: Delivery, init: DeliveredMessageInit): void {
    const message = this.#read(delivery, init)
    if (!message) return
    this.#inFlight.set(message.id, message)
    try {
      this.#components.system.post(this.name, message)
    } catch (error) {
      this.#inFlight.delete(message.id)
      throw error
    }
  }

  /** Whoever may publish can send: what is not JSON is refused, and costs nothing else. */
  #read(delivery: Delivery, init: DeliveredMessageInit): DeliveredMessage | undefined {
    try {
      return new DeliveredMessage(this.#messages, delivery, init)
    } catch (error) {
      this.#answer(delivery.reply, encodeFailure(error))
      return undefined
    }
  }

  /** A1 */
  #again(first: string, reply: Reply | undefined): void {
    const running = this.#inFlight.get(first)
    if (running && reply) running.join(reply)
    else this.#answer(reply, { body: NOTHING, headers: { [header.status]: 'interrupted' satisfies ReplyStatus } })
  }

  #letGo(leave: (message: DeliveredMessage) => void): void {
    for (const message of [...this.#inFlight.values()]) leave(message)
  }

  #over(message: DeliveredMessage, error: unknown): void {
    this.#inFlight.delete(message.id)
    if (error !== undefined) this.#components.logger.warn({ err: error, actor: this.name }, 'an actor threw')
  }

  #answer(reply: Reply | undefined, answer: Message): void {
    if (reply) this.#components.resend.send(() => reply.end(answer))
  }
}
