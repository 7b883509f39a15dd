import type { Clock, TellOptions } from '@scaled-mcp/actor'
import {
  ClusterActors,
  ClusterDeathWatch,
  type DeadLetter,
  type Directory,
  type MemberView,
  RouteCache,
  Router
} from '@scaled-mcp/cluster'
import { addressKey, DEFAULT_TENANT, type Subjects } from '@scaled-mcp/contracts'
import type { Mesh } from '@scaled-mcp/mesh'
import type { Actors, ActorsOf, Logger, Sender } from '@scaled-mcp/server'

export interface ReachComponents {
  readonly mesh: Mesh
  readonly subjects: Subjects
  readonly directory: Directory
  readonly members: MemberView
  readonly clock: Clock
  readonly logger: Logger
  /** The kinds that the worker's server declares. */
  readonly kinds: () => ReadonlySet<string>
}

/** What the actors of this worker reach: all actors of the cluster. */
export class Reach {
  readonly #components: ReachComponents
  readonly #cache = new RouteCache()
  readonly #router: Router
  readonly #deathWatch: ClusterDeathWatch
  readonly actors: ClusterActors

  constructor(components: ReachComponents) {
    const { mesh, subjects, directory, members, clock, logger, kinds } = components
    this.#components = components
    const { random } = Math
    const routing = { wire: mesh.wire, subjects, directory, members, cache: this.#cache, clock, random }
    this.#router = new Router(routing)
    const failed = (error: unknown) => logger.warn({ err: error }, 'an actor is not watched yet')
    this.#deathWatch = new ClusterDeathWatch({ entries: mesh.records.directory, members, clock, failed })
    const router = this.#router
    const deathWatch = this.#deathWatch
    const undelivered = ({ name, error }: DeadLetter) => logger.warn({ err: error, actor: name }, 'dead letter')
    this.actors = new ClusterActors({ router, directory, deathWatch, clock, undelivered, kinds })
  }

  /** The actors of the cluster, for a sender of this worker. */
  readonly of: ActorsOf = (sender) => new SenderActors(this.actors, sender)

  /** Begins to follow where the actors of the author's own live. @throws StoreUnavailable. */
  async start(): Promise<void> {
    const { mesh, kinds } = this.#components
    await this.#cache.start(mesh.records.directory, [...kinds()].map(patternOf))
  }

  stop(): void {
    this.#cache.stop()
    this.#router.stop()
    this.#deathWatch.stop()
  }
}

/** What one session or actor sends carries its name and its principal. */
class SenderActors implements Actors {
  readonly #actors: ClusterActors
  readonly #from: TellOptions

  constructor(actors: ClusterActors, { name, principal }: Sender) {
    this.#actors = actors
    this.#from = { sender: name, principal }
  }

  getOrActivate<M, R>(kind: string, id: string) {
    return this.#actors.getOrActivate<M, R>(kind, id, this.#from)
  }

  actorOf<M, R>(name: string) {
    return this.#actors.actorOf<M, R>(name, this.#from)
  }

  spawn<M, R>(kind: string, id: string) {
    return this.#actors.spawn<M, R>(kind, id, this.#from)
  }
}

function patternOf(kind: string): string {
  return addressKey({ tenant: DEFAULT_TENANT, kind, id: 'x' }).replace(/x$/, '*')
}
