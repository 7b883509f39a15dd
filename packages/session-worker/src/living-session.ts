import type { ActorRef, ActorSystem } from '@scaled-mcp/actor'
import type { Claim } from '@scaled-mcp/cluster'
import type { Address } from '@scaled-mcp/contracts'
import type { Delivery } from '@scaled-mcp/mesh'
import type { LivingActor } from './living-actor.ts'
import type { SessionActor } from './session-actor.ts'

export interface LivingSessionComponents {
  readonly system: ActorSystem
  readonly ref: ActorRef<Delivery, void>
  readonly actor: SessionActor
}

/** A client's session. */
export class LivingSession implements LivingActor {
  readonly address: Address
  readonly claim: Claim
  readonly #system: ActorSystem
  readonly #ref: ActorRef<Delivery, void>
  readonly #actor: SessionActor

  constructor({ system, ref, actor }: LivingSessionComponents, address: Address, claim: Claim) {
    this.address = address
    this.claim = claim
    this.#system = system
    this.#ref = ref
    this.#actor = actor
  }

  get isRebuildable(): boolean {
    return this.#actor.isIdle
  }

  get isUnused(): boolean {
    return this.#actor.isUnused
  }

  get usedAt(): number {
    return this.#actor.usedAt
  }

  get hasStreams(): boolean {
    return this.#actor.hasStreams
  }

  /** `addressKey` of the session. */
  get key(): string {
    return this.#ref.name
  }

  /** Whether the client has said that it is ready. */
  get isInitialized(): boolean {
    return this.#actor.isInitialized
  }

  begin(delivery: Delivery): void {
    this.#ref.tell(delivery)
  }

  deliver(delivery: Delivery): void {
    this.#ref.tell(delivery)
  }

  drain(): Promise<void> {
    return this.#actor.drain()
  }

  suspend(): void {
    this.#actor.suspend()
  }

  abandon(): void {
    this.#actor.abandon()
  }

  stop(): Promise<void> {
    return this.#system.stopActor(this.#ref.name)
  }
}
