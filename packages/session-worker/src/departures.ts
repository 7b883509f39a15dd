/**
 * How actors leave this worker's memory, many at a time.
 *
 * P1  One that is given up is any worker's to open from then on; whatever it had to store is stored before.
 * P2  What goes wrong with one keeps no other from leaving.
 */
import type { Clock } from '@scaled-mcp/actor'
import type { Lease } from '@scaled-mcp/cluster'
import { addressKey } from '@scaled-mcp/contracts'
import { pause } from '@scaled-mcp/mesh'
import type { Logger } from '@scaled-mcp/server'
import type { AddressChanges } from './address-changes.ts'
import type { Claims } from './claims.ts'
import type { Hosting } from './hosting.ts'
import type { LivingActor } from './living-actor.ts'

export interface DeparturesComponents {
  readonly claims: Claims
  readonly hosting: Hosting
  readonly changes: AddressChanges
  readonly lease: Lease
  readonly logger: Logger
  readonly clock: Clock
}

export interface DeparturesInit {
  /** How long what is being opened or ended is waited for, in milliseconds. */
  readonly graceMs: number
}

/** Handed over at a time: enough to keep the store busy, few enough to stay prompt. */
const AT_ONCE = 64

export class Departures {
  readonly #components: DeparturesComponents
  readonly #graceMs: number

  constructor(components: DeparturesComponents, { graceMs }: DeparturesInit) {
    this.#components = components
    this.#graceMs = graceMs
  }

  /** Forgets every actor at once, without a word to anybody: they are others' now. */
  async abandonAll(): Promise<void> {
    const { hosting } = this.#components
    await this.#forEach(hosting.all(), (actor) => hosting.abandon(actor))
  }

  /** Passivates every actor and keeps owning it: the next message rebuilds it. */
  async passivateAll(): Promise<void> {
    const { hosting } = this.#components
    await this.#forEach(hosting.all(), (actor) => hosting.passivate(actor))
  }

  /** Passivates every actor and gives it up: the next message opens it on any worker. */
  async releaseAll(): Promise<void> {
    const { hosting, changes, clock } = this.#components
    await Promise.race([Promise.all(changes.all()), pause(clock, this.#graceMs)])
    await this.#forEach(hosting.all(), (actor) => this.#release(actor))
  }

  /**
   * Passivates those of these actors that are not used, and gives them up. Resolves with how many have left memory; never
   * rejects.
   */
  async releaseUnused(actors: readonly LivingActor[]): Promise<number> {
    const { hosting, changes, lease } = this.#components
    let left = 0
    await this.#forEach(actors, async (actor) => {
      const key = addressKey(actor.address)
      const isHere = hosting.get(key) === actor && actor.isUnused
      if (!isHere || changes.of(key) || !lease.isHeld) return
      await changes.run(key, () => this.#release(actor))
      left++
    })
    return left
  }

  async #release(actor: LivingActor): Promise<void> {
    await this.#components.hosting.passivate(actor)
    await this.#components.claims.release(actor)
  }

  async #forEach(actors: readonly LivingActor[], run: (actor: LivingActor) => Promise<void>): Promise<void> {
    const waiting = [...actors]
    const lane = async () => {
      for (let actor = waiting.pop(); actor; actor = waiting.pop()) await this.#attempt(actor, run)
    }
    await Promise.all(Array.from({ length: AT_ONCE }, lane))
  }

  /** P2 */
  async #attempt(actor: LivingActor, run: (actor: LivingActor) => Promise<void>): Promise<void> {
    try {
      await run(actor)
    } catch (error) {
      const address = addressKey(actor.address)
      this.#components.logger.error({ err: error, address }, 'actor not handed over')
    }
  }
}
