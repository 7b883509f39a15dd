import type { ActorSystem, Clock } from '@scaled-mcp/actor'
import type { Lease } from '@scaled-mcp/cluster'
import { addressKey, header, ScaledMcpError, SESSION_KIND, sessionCodec } from '@scaled-mcp/contracts'
import type { Bucket, Delivery } from '@scaled-mcp/mesh'
import { type ActorsOf, type Logger, newSession, type ServerDefinition, type SessionFields } from '@scaled-mcp/server'
import { AuthoredActor } from './authored-actor.ts'
import { AuthoredHosting, type AuthoredHostingComponents } from './authored-hosting.ts'
import type { Owned } from './claims.ts'
import type { LivingActor } from './living-actor.ts'
import { LivingSession } from './living-session.ts'
import { OwnedRecord, type OwnedRecordComponents } from './owned-record.ts'
import type { Resend } from './resend.ts'
import type { ServeSession } from './serve-session.ts'
import { SessionActor, type SessionActorComponents, type SessionActorInit } from './session-actor.ts'

export interface HostingComponents {
  readonly states: Bucket
  readonly system: ActorSystem
  readonly resend: Resend
  readonly definition: ServerDefinition
  readonly serve: ServeSession
  readonly lease: Lease
  readonly gate: AuthoredHostingComponents['gate']
  readonly logger: Logger
  readonly clock: Clock
  /** Told of a session that its server refused to initialize. */
  readonly refused: (key: string) => void
  readonly ended: AuthoredHostingComponents['ended']
  readonly streams: SessionActorComponents['streams']
  readonly isOwner: SessionActorComponents['isOwner']
  readonly actorsOf: ActorsOf
}

export interface HostingInit extends Pick<SessionActorInit, 'inFlight' | 'decideMs' | 'graceMs' | 'maxBodyBytes'> {
  /** Of all kinds together. */
  readonly maxSessions: number
  /** Which kinds it takes. Default: all. */
  readonly hosts?: ((kind: string) => boolean) | undefined
}

/** The actors in this worker's memory: makes them, finds them, lets them go. Whether it may is decided elsewhere. */
export class Hosting {
  readonly #components: HostingComponents
  readonly #init: HostingInit
  readonly #records: OwnedRecordComponents<SessionFields>
  readonly #living = new Map<string, LivingActor>()
  readonly #authored: AuthoredHosting
  #actors: SessionActorComponents

  constructor(components: HostingComponents, init: HostingInit) {
    this.#components = components
    this.#init = init
    const stale = (key: string) => this.#stale(this.#living.get(key))
    this.#records = { states: components.states, codec: sessionCodec, stale }
    this.#actors = { ...components, stale }
    this.#authored = new AuthoredHosting({ ...components, stale: (actor) => this.#stale(actor) }, init)
  }

  get size(): number {
    return this.#living.size
  }

  get isFull(): boolean {
    return this.#living.size >= this.#init.maxSessions
  }

  /** The kinds of the author's own. */
  get kinds(): ReadonlySet<string> {
    return this.#authored.kinds
  }

  /** Whether actors of this kind can be hosted here. */
  hosts(kind: string): boolean {
    const isTaken = this.#init.hosts?.(kind) ?? true
    return isTaken && (kind === SESSION_KIND || this.#authored.kinds.has(kind))
  }

  /** Whether an actor of this kind is worth keeping although nobody uses it. */
  keeps(kind: string): boolean {
    return kind !== SESSION_KIND && this.#authored.keeps(kind)
  }

  get(key: string): LivingActor | undefined {
    return this.#living.get(key)
  }

  all(): LivingActor[] {
    return [...this.#living.values()]
  }

  /** From now on actors are made by `definition`. */
  use(definition: ServerDefinition): void {
    this.#actors = { ...this.#actors, definition }
    this.#authored.use(definition)
  }

  /**
   * An actor that begins with this delivery, which is not handled here: it is the first message. Of a session it is the
   * `initialize`. Rejects with `ServerFailed`, `InvalidMessage`, and as {@link restore}.
   */
  create(owned: Owned, { body, headers }: Delivery): Promise<LivingActor> {
    if (owned.address.kind !== SESSION_KIND) return this.restore(owned)
    const transport = headers?.[header.transport] === 'sse' ? 'sse' : undefined
    const fields = newSession(initializeParams(body), transport)
    const { claim } = owned
    return this.#session(owned, (key) => new OwnedRecord(this.#records, { key, claim, fields, revision: 0 }))
  }

  /**
   * An actor that lived before, from its record. Rejects with `ServerFailed`, `SessionNotFound`, `StaleEpoch`, and with
   * what an actor of the author's own throws as it starts.
   */
  async restore(owned: Owned): Promise<LivingActor> {
    if (owned.address.kind === SESSION_KIND) {
      return this.#session(owned, (key) => OwnedRecord.seal(this.#records, { key, claim: owned.claim }))
    }
    return this.#keep(await this.#authored.host(owned))
  }

  /** Lets what runs finish, stores what the author wants kept, and forgets the actor here. */
  async passivate(actor: LivingActor): Promise<void> {
    await actor.drain()
    await this.stop(actor)
  }

  /** Interrupts what runs: this worker may not act for now. The actors stay. */
  suspendAll(): void {
    for (const actor of this.#living.values()) actor.suspend()
  }

  /** Forgets the actor here without storing anything: it is another worker's. */
  async abandon(actor: LivingActor): Promise<void> {
    actor.abandon()
    await this.stop(actor)
  }

  /** Interrupts what runs and forgets the actor here. */
  async stop(actor: LivingActor): Promise<void> {
    await actor.stop()
    this.forget(actor)
  }

  /** Forgets an actor that has ended. */
  forget(actor: LivingActor): void {
    const key = addressKey(actor.address)
    if (this.#living.get(key) === actor) this.#living.delete(key)
    if (actor instanceof AuthoredActor) this.#authored.forget(actor)
  }

  async #session(
    { address, claim }: Owned,
    open: (key: string) => OwnedRecord<SessionFields> | Promise<OwnedRecord<SessionFields>>
  ): Promise<LivingSession> {
    const { system } = this.#components
    const key = addressKey(address)
    const record = await open(key)
    const actor = this.#actor({ address, claim }, key, record)
    const ref = await system.spawn(key, actor)
    return this.#keep(new LivingSession({ system, ref, actor }, address, claim))
  }

  #keep<A extends LivingActor>(actor: A): A {
    this.#living.set(addressKey(actor.address), actor)
    return actor
  }

  /** Every session keeps what is made here. An object made by spreading would keep a layout of its own as well. */
  #actor({ address, claim }: Owned, key: string, store: OwnedRecord<SessionFields>): SessionActor {
    const { inFlight, decideMs, graceMs, maxBodyBytes } = this.#init
    return new SessionActor(this.#actors, { address, claim, key, store, inFlight, decideMs, graceMs, maxBodyBytes })
  }

  /** Another worker has written the actor's record: this one is over here, and stores nothing more. */
  #stale(actor: LivingActor | undefined): void {
    if (!actor || this.#living.get(addressKey(actor.address)) !== actor) return
    const { address, claim } = actor
    this.#components.logger.warn({ address: addressKey(address), epoch: claim.epoch }, 'actor lost to another owner')
    void this.abandon(actor)
  }
}

/** @throws ScaledMcpError `InvalidMessage`. */
function initializeParams(body: Uint8Array): { readonly [key: string]: unknown } {
  const message: unknown = JSON.parse(Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString())
  const { method, params } = message as { readonly method?: unknown; readonly params?: unknown }
  if (method !== 'initialize') throw new ScaledMcpError('InvalidMessage', 'a session begins with initialize')
  return (params ?? {}) as { readonly [key: string]: unknown }
}
