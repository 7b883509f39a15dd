import type { ActorRef, ActorSystem, Clock } from '@scaled-mcp/actor'
import type { Lease } from '@scaled-mcp/cluster'
import { addressKey, header, ScaledMcpError } from '@scaled-mcp/contracts'
import type { Bucket, Delivery } from '@scaled-mcp/mesh'
import { type Logger, newSession, type ServerDefinition } from '@scaled-mcp/server'
import type { Owned } from './claims.ts'
import type { Resend } from './resend.ts'
import type { ServeSession } from './serve-session.ts'
import { SessionActor, type SessionActorComponents, type SessionActorInit } from './session-actor.ts'
import { SessionStore, type SessionStoreComponents } from './session-store.ts'

export interface HostingComponents {
  readonly states: Bucket
  readonly system: ActorSystem
  readonly resend: Resend
  readonly definition: ServerDefinition
  readonly serve: ServeSession
  readonly lease: Lease
  readonly logger: Logger
  readonly clock: Clock
  /** Told of a session that its server refused to initialize. */
  readonly refused: (key: string) => void
  readonly streams: SessionActorComponents['streams']
  readonly isOwner: SessionActorComponents['isOwner']
}

export interface HostingInit extends Pick<SessionActorInit, 'inFlight' | 'decideMs' | 'graceMs' | 'maxBodyBytes'> {
  readonly maxSessions: number
}

/** A session that this worker owns and has in memory. */
export interface LivingSession extends Owned {
  readonly ref: ActorRef<Delivery, void>
  readonly actor: SessionActor
}

/** The sessions in this worker's memory: makes them, finds them, lets them go. Whether it may is decided elsewhere. */
export class Hosting {
  readonly #components: HostingComponents
  readonly #init: HostingInit
  readonly #stores: SessionStoreComponents
  readonly #living = new Map<string, LivingSession>()
  #actors: SessionActorComponents

  constructor(components: HostingComponents, init: HostingInit) {
    this.#components = components
    this.#init = init
    const stale = (key: string) => this.#stale(key)
    this.#stores = { states: components.states, stale }
    this.#actors = { ...components, stale }
  }

  get size(): number {
    return this.#living.size
  }

  get isFull(): boolean {
    return this.#living.size >= this.#init.maxSessions
  }

  get(key: string): LivingSession | undefined {
    return this.#living.get(key)
  }

  all(): LivingSession[] {
    return [...this.#living.values()]
  }

  /** From now on sessions are built by `definition`. */
  use(definition: ServerDefinition): void {
    this.#actors = { ...this.#actors, definition }
  }

  /**
   * A session that begins with the `initialize` of this delivery, which is not handled here: it is the first message.
   * Rejects with `ServerFailed`, `InvalidMessage`.
   */
  create(owned: Owned, { body, headers }: Delivery): Promise<LivingSession> {
    const transport = headers?.[header.transport] === 'sse' ? 'sse' : undefined
    const fields = newSession(initializeParams(body), transport)
    const { claim } = owned
    return this.#host(owned, (key) => new SessionStore(this.#stores, { key, claim, fields, revision: 0 }))
  }

  /** A session that lived before, from its record. Rejects with `ServerFailed`, `SessionNotFound`, `StaleEpoch`. */
  restore(owned: Owned): Promise<LivingSession> {
    return this.#host(owned, (key) => SessionStore.seal(this.#stores, { key, claim: owned.claim }))
  }

  /** Lets running requests finish, stores what the author wants kept, and forgets the session here. */
  async passivate(session: LivingSession): Promise<void> {
    await session.actor.drain()
    await this.stop(session)
  }

  /** Interrupts what runs: this worker may not act for now. The sessions stay. */
  suspendAll(): void {
    for (const { actor } of this.#living.values()) actor.suspend()
  }

  /** Forgets the session here without storing anything: it is another worker's. */
  async abandon(session: LivingSession): Promise<void> {
    session.actor.abandon()
    await this.stop(session)
  }

  /** Interrupts what runs and forgets the session here. */
  async stop({ address, ref, actor }: LivingSession): Promise<void> {
    await this.#components.system.stopActor(ref.name)
    const key = addressKey(address)
    if (this.#living.get(key)?.actor === actor) this.#living.delete(key)
  }

  async #host(owned: Owned, open: (key: string) => SessionStore | Promise<SessionStore>): Promise<LivingSession> {
    const key = addressKey(owned.address)
    const store = await open(key)
    const actor = this.#actor(owned, key, store)
    const ref = await this.#components.system.spawn(key, actor)
    const session = { address: owned.address, claim: owned.claim, ref, actor }
    this.#living.set(key, session)
    return session
  }

  /** Every session keeps what is made here. An object made by spreading would keep a layout of its own as well. */
  #actor({ address, claim }: Owned, key: string, store: SessionStore): SessionActor {
    const { inFlight, decideMs, graceMs, maxBodyBytes } = this.#init
    return new SessionActor(this.#actors, { address, claim, key, store, inFlight, decideMs, graceMs, maxBodyBytes })
  }

  /** Another worker has written the session's record: this one is over here, and stores nothing more. */
  #stale(key: string): void {
    const session = this.#living.get(key)
    if (!session) return
    this.#components.logger.warn({ address: key, epoch: session.claim.epoch }, 'session lost to another owner')
    void this.abandon(session)
  }
}

/** @throws ScaledMcpError `InvalidMessage`. */
function initializeParams(body: Uint8Array): { readonly [key: string]: unknown } {
  const message: unknown = JSON.parse(Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString())
  const { method, params } = message as { readonly method?: unknown; readonly params?: unknown }
  if (method !== 'initialize') throw new ScaledMcpError('InvalidMessage', 'a session begins with initialize')
  return (params ?? {}) as { readonly [key: string]: unknown }
}
