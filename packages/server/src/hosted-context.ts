import { actorName, SESSION_KIND } from '@scaled-mcp/contracts'
import type { Actors, ActorsOf } from './actors.ts'
import type { ClientInfo, Principal, StatefulContext } from './context.ts'
import type { Logger } from './logger.ts'
import type { StatefulSession } from './session.ts'

interface HostedContextInit extends Omit<StatefulContext<unknown>, 'signal' | 'actors'> {
  readonly actorsOf: ActorsOf
}

/** The context of one session, as `create` is given it. */
export class HostedContext implements StatefulContext<unknown> {
  readonly principal: Principal | undefined
  readonly clientInfo: ClientInfo | undefined
  readonly logger: Logger
  readonly session: StatefulSession<unknown>
  readonly #actorsOf: ActorsOf
  readonly #abort: AbortController

  constructor({ principal, clientInfo, logger, actorsOf, session }: HostedContextInit, abort: AbortController) {
    this.principal = principal
    this.clientInfo = clientInfo
    this.logger = logger
    this.session = session
    this.#actorsOf = actorsOf
    this.#abort = abort
  }

  /** Made when it is read: most servers never look. */
  get actors(): Actors {
    const name = actorName({ kind: SESSION_KIND, id: this.session.id })
    return this.#actorsOf({ name, principal: this.principal?.subject })
  }

  /** Made when first read: it takes three quarters of a kilobyte, and most servers never look. */
  get signal(): AbortSignal {
    return this.#abort.signal
  }
}
