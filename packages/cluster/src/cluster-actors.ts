import {
  ActorError,
  type ActorRef,
  type Beyond,
  type Clock,
  type TellOptions,
  type Termination
} from '@scaled-mcp/actor'
import { addressKey, SESSION_KIND } from '@scaled-mcp/contracts'
import { actorAddress } from './actor-address.ts'
import { actorErrorOf } from './actor-message.ts'
import type { ClusterDeathWatch } from './cluster-death-watch.ts'
import { ClusterRef, type ClusterRefComponents } from './cluster-ref.ts'
import type { Directory } from './directory.ts'
import type { Router } from './router.ts'

export interface ClusterActorsComponents {
  readonly router: Pick<Router, 'ask' | 'spawn'>
  readonly directory: Pick<Directory, 'lookup'>
  readonly deathWatch: Pick<ClusterDeathWatch, 'watch'>
  readonly clock: Clock
  readonly undelivered: ClusterRefComponents['undelivered']
  /** The kinds that this process's server declares. */
  readonly kinds: () => ReadonlySet<string>
}

/** How long an actor may take to begin, in milliseconds. */
const SPAWN_MS = 30_000
const NO_CONTEXT: TellOptions = {}

/** The actors of the cluster, as one process reaches them. */
export class ClusterActors implements Beyond {
  readonly #components: ClusterActorsComponents

  constructor(components: ClusterActorsComponents) {
    this.#components = components
  }

  /** Whether `name` is one of the cluster's: a session's, or of a kind that is declared, and no child's. */
  covers(name: string): boolean {
    const [kind, id, ...rest] = name.split('/')
    if (kind === undefined || id === undefined || rest.length > 0) return false
    return kind === SESSION_KIND || this.#components.kinds().has(kind)
  }

  /**
   * The actor of a declared kind with this id; a message activates it where it does not live.
   * @param from what travels with what is sent.
   * @throws ActorError `ActorKindUnknown`. @throws TypeError when this is no id.
   */
  getOrActivate<M, R>(kind: string, id: string, from = NO_CONTEXT): ActorRef<M, R> {
    this.#assertDeclared(kind)
    return this.#ref(nameOf(kind, id), true, from)
  }

  /** An actor that exists. Rejects with `ActorNotFound`, or `ActorUnreachable` when the store does not answer. */
  async actorOf<M, R>(name: string, from = NO_CONTEXT): Promise<ActorRef<M, R>> {
    const found = await this.#components.directory.lookup(actorAddress(name)).catch((error) => {
      throw actorErrorOf(name, error)
    })
    if (!found || found.record.why === 'ended') throw new ActorError('ActorNotFound', name)
    return this.#ref(name, false, from)
  }

  /** A ref to whoever may be there, without asking. */
  refTo<M, R>(name: string, from = NO_CONTEXT): ActorRef<M, R> {
    return this.#ref(name, false, from)
  }

  /** Creates an actor; resolves once it has started. Rejects as `Actors.spawn` of the server package says. */
  async spawn<M, R>(kind: string, id: string, from = NO_CONTEXT): Promise<ActorRef<M, R>> {
    this.#assertDeclared(kind)
    const ref = this.#ref<M, R>(nameOf(kind, id), false, from)
    await ref.create(SPAWN_MS)
    return ref
  }

  /** Calls `ended` once when the actor has ended; returns a function that ends the watch. */
  watch(name: string, ended: (reason: Termination) => void): () => void {
    return this.#components.deathWatch.watch(actorAddress(name), ended)
  }

  #assertDeclared(kind: string): void {
    if (!this.#components.kinds().has(kind)) throw new ActorError('ActorKindUnknown', kind)
  }

  #ref<M, R>(name: string, activates: boolean, from: TellOptions): ClusterRef<M, R> {
    const address = actorAddress(name)
    return new ClusterRef(this.#components, { name, address, key: addressKey(address), activates, from })
  }
}

/** @throws TypeError when this is no id. */
function nameOf(kind: string, id: string): string {
  if (id === '' || id.includes('/')) throw new TypeError(`an id is a text without '/', and not empty: ${kind}/${id}`)
  return `${kind}/${id}`
}
