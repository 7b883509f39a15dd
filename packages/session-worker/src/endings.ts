/**
 * How actors end for good.
 *
 * E1  Only on the worker that owns them, and once: what was given up or taken over meanwhile is ended by whoever has it.
 * E2  The end of one that ended by itself is stored in the end, however long the store is away.
 */
import type { Clock, Termination } from '@scaled-mcp/actor'
import { type Address, addressKey, hasCode, SESSION_KIND } from '@scaled-mcp/contracts'
import { pause } from '@scaled-mcp/mesh'
import type { Logger } from '@scaled-mcp/server'
import type { AddressChanges } from './address-changes.ts'
import type { Claims, Owned } from './claims.ts'
import type { Hosting } from './hosting.ts'
import type { LivingActor } from './living-actor.ts'

export interface EndingsComponents {
  readonly claims: Claims
  readonly hosting: Hosting
  readonly changes: AddressChanges
  readonly logger: Logger
  readonly clock: Clock
}

const AGAIN_MS = 1_000

export class Endings {
  readonly #components: EndingsComponents
  #isStopped = false

  constructor(components: EndingsComponents) {
    this.#components = components
  }

  /** Tries no more to store what could not be stored yet. */
  stop(): void {
    this.#isStopped = true
  }

  /** Ends what this worker owns by that claim; false when it does not any more (E1). */
  async end({ address, claim }: Owned): Promise<boolean> {
    const { claims, hosting } = this.#components
    const hosted = hosting.get(addressKey(address))
    const isEnded = await claims.end({ address, claim })
    if (hosted) await (isEnded ? hosting.stop(hosted) : hosting.abandon(hosted))
    if (isEnded && (!hosted || hosted.hasStreams)) await this.#forgetEvents(address)
    return isEnded
  }

  /** Ends what begins here and cannot be hosted; what it failed with is for those who watch it. */
  async endUnhosted(owned: Owned, error: unknown): Promise<void> {
    const { claims } = this.#components
    if (owned.address.kind === SESSION_KIND) await claims.end(owned)
    else await claims.endActor(owned, textOf(error))
  }

  /** Ends a session that is here and is to be over: its server refused to initialize it, or its client never went on. */
  endHere(key: string): void {
    const { hosting, changes, logger } = this.#components
    const hosted = hosting.get(key)
    if (!hosted) return
    const failed = (error: unknown) => logger.warn({ err: error, address: key }, 'session not ended')
    void changes.run(key, () => this.end(hosted)).catch(failed)
  }

  /** Ends a session that was begun and not gone on with, unless it is another's or something is under way by now. */
  endAbandoned(session: LivingActor): void {
    const key = addressKey(session.address)
    const { hosting, changes } = this.#components
    if (hosting.get(key) === session && !changes.of(key)) this.endHere(key)
  }

  /** An actor of the author's own has ended by itself: so does its address. */
  endedByItself(actor: LivingActor, reason: Termination): void {
    const { hosting, changes, logger } = this.#components
    const key = addressKey(actor.address)
    const changing = changes.of(key)
    if (changing) void changing.then(() => this.endedByItself(actor, reason))
    else if (hosting.get(key) === actor) {
      const failed = (error: unknown) => logger.error({ err: error, address: key }, 'the end of an actor is not stored')
      void changes.run(key, () => this.#endActor(actor, reason)).catch(failed)
    }
  }

  /** It is over here at once; its messages wait until that is stored (E2). */
  async #endActor(actor: LivingActor, reason: Termination): Promise<void> {
    const { claims, hosting, logger, clock } = this.#components
    hosting.forget(actor)
    const failure = reason.kind === 'failed' ? textOf(reason.error) : undefined
    for (;;) {
      try {
        await claims.endActor(actor, failure)
        return
      } catch (error) {
        if (this.#isStopped || !hasCode(error, 'StoreUnavailable')) throw error
        logger.warn({ err: error, address: addressKey(actor.address) }, 'the end of an actor is not stored yet')
        await pause(clock, AGAIN_MS)
      }
    }
  }

  /** What stays expires by itself. */
  async #forgetEvents(address: Address): Promise<void> {
    const { claims, logger } = this.#components
    const failed = (error: unknown) => logger.warn({ err: error, address: addressKey(address) }, 'events not removed')
    await claims.forgetEvents(address).catch(failed)
  }
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
