import type { Actor, ActorSystem, Clock, SpawnOptions, Termination } from '@scaled-mcp/actor'
import type { Lease } from '@scaled-mcp/cluster'
import { type ActorRecord, actorCodec, actorName, addressKey, ScaledMcpError } from '@scaled-mcp/contracts'
import type { Bucket } from '@scaled-mcp/mesh'
import {
  type ActorDefinition,
  actorDefinition,
  type Logger,
  RecordedState,
  type ServerDefinition,
  type StatefulActorDefinition
} from '@scaled-mcp/server'
import { AuthoredActor } from './authored-actor.ts'
import type { Owned } from './claims.ts'
import { guarded } from './guarded-actor.ts'
import type { LeaseGate } from './lease-gate.ts'
import { OwnedRecord } from './owned-record.ts'
import type { Resend } from './resend.ts'

export interface AuthoredHostingComponents {
  readonly states: Bucket
  readonly system: ActorSystem
  readonly resend: Resend
  readonly lease: Lease
  readonly gate: LeaseGate
  readonly logger: Logger
  readonly clock: Clock
  readonly definition: ServerDefinition
  /** Told of an actor that has ended by itself, or by its supervision. */
  readonly ended: (actor: AuthoredActor, reason: Termination) => void
  /** Told once that a later owner has written: the actor is not here any more. */
  readonly stale: (actor: AuthoredActor) => void
}

export interface AuthoredHostingInit {
  /** How long running messages may take to finish once an actor leaves, in milliseconds. */
  readonly graceMs: number
}

type Fields = Omit<ActorRecord, 'epoch' | 'claim'>

const NO_FIELDS: Fields = {}

/** An actor that this worker cannot host, and another may: its state is a newer build's, or its last turn still runs here. */
export class Unhostable extends Error {}

/** Makes the actors of the author's own, as the server definition declares them. */
export class AuthoredHosting {
  readonly #components: AuthoredHostingComponents
  readonly #init: AuthoredHostingInit
  /** By name. */
  readonly #living = new Map<string, AuthoredActor>()
  readonly #starting = new Set<AuthoredActor>()
  #kinds: ReadonlyMap<string, ActorDefinition>
  #names: ReadonlySet<string>

  constructor(components: AuthoredHostingComponents, init: AuthoredHostingInit) {
    this.#components = components
    this.#init = init
    this.#kinds = kindsOf(components.definition)
    this.#names = new Set(this.#kinds.keys())
    components.system.subscribe((event) => {
      if (event.kind === 'terminated') this.#terminated(event.name, event.reason)
    })
  }

  /** The kinds that are declared. */
  get kinds(): ReadonlySet<string> {
    return this.#names
  }

  /** Whether an actor of this kind is worth keeping although nobody uses it; of a kind that is not declared nobody knows. */
  keeps(kind: string): boolean {
    const definition = this.#kinds.get(kind)
    return definition === undefined || definition.state !== undefined
  }

  /** From now on actors are made by `definition`. */
  use(definition: ServerDefinition): void {
    this.#kinds = kindsOf(definition)
    this.#names = new Set(this.#kinds.keys())
  }

  /**
   * Begins an actor, from its record where there is one. Rejects with what `create` and `start` of the actor throw,
   * `StaleEpoch`, `StoreUnavailable`, and {@link Unhostable}.
   */
  async host(owned: Owned): Promise<AuthoredActor> {
    const { address, claim } = owned
    const definition = this.#kinds.get(address.kind)
    if (!definition) throw new ScaledMcpError('StaleEpoch', `the kind ${address.kind} is not declared here`)
    const name = actorName(address)
    if (this.#components.system.has(name)) throw new Unhostable(`a turn of ${name} that was given up still runs here`)
    const isStateful = definition.state !== undefined
    const actor = new AuthoredActor(this.#components, { address, claim, name, isStateful, graceMs: this.#init.graceMs })
    const make = await this.#maker(definition, actor)
    await this.#start(actor, make, definition)
    return actor
  }

  /** Forgets an actor that has left this worker's memory. */
  forget(actor: AuthoredActor): void {
    if (this.#living.get(actor.name) === actor) this.#living.delete(actor.name)
  }

  async #maker(definition: ActorDefinition, actor: AuthoredActor): Promise<() => Actor<unknown>> {
    const { logger, gate } = this.#components
    const creation = { name: actor.name, id: actor.address.id, logger }
    if (!definition.state) return () => guarded(definition.create(creation), gate)
    const { state, create } = definition as StatefulActorDefinition<unknown>
    const record = await this.#record(actor)
    const stored = record.read().state?.version ?? 0
    if (stored > state.version) throw new Unhostable(`version ${stored} of ${actor.name}, here it is ${state.version}`)
    return () => guarded(create({ ...creation, state: new RecordedState(record, state) }), gate)
  }

  #record(actor: AuthoredActor): Promise<OwnedRecord<Fields>> {
    const stale = () => this.#components.stale(actor)
    const key = addressKey(actor.address)
    const components = { states: this.#components.states, codec: actorCodec, stale }
    return OwnedRecord.seal<Fields>(components, { key, claim: actor.claim, initial: NO_FIELDS })
  }

  /** What ends before it has started has an owner that hears of its failure, but not of a stop. */
  async #start(actor: AuthoredActor, make: () => Actor<unknown>, options: SpawnOptions): Promise<void> {
    this.#living.set(actor.name, actor)
    this.#starting.add(actor)
    try {
      await this.#components.system.spawn(actor.name, make, options)
    } catch (error) {
      this.forget(actor)
      throw error
    } finally {
      this.#starting.delete(actor)
    }
    if (this.#living.get(actor.name) !== actor) queueMicrotask(() => this.#components.ended(actor, { kind: 'stopped' }))
  }

  #terminated(name: string, reason: Termination): void {
    const actor = this.#living.get(name)
    if (!actor) return
    this.#living.delete(name)
    if (!actor.isLeaving && !this.#starting.has(actor)) this.#components.ended(actor, reason)
  }
}

function kindsOf({ actors = {} }: ServerDefinition): ReadonlyMap<string, ActorDefinition> {
  return new Map(Object.entries(actors).map(([name, kind]) => [name, actorDefinition(kind)]))
}
