import { type Actors, noActors } from './actors.ts'
import type { ClientInfo, Principal, StatefulContext } from './context.ts'
import type { Logger } from './logger.ts'
import type { StatefulSession } from './session.ts'

type HostedContextInit = Omit<StatefulContext<unknown>, 'signal' | 'actors'>

/** The context of one session, as `create` is given it. */
export class HostedContext implements StatefulContext<unknown> {
  readonly principal: Principal | undefined
  readonly clientInfo: ClientInfo | undefined
  readonly logger: Logger
  readonly actors: Actors = noActors
  readonly session: StatefulSession<unknown>
  readonly #abort: AbortController

  constructor({ principal, clientInfo, logger, session }: HostedContextInit, abort: AbortController) {
    this.principal = principal
    this.clientInfo = clientInfo
    this.logger = logger
    this.session = session
    this.#abort = abort
  }

  /** Made when first read: it takes three quarters of a kilobyte, and most servers never look. */
  get signal(): AbortSignal {
    return this.#abort.signal
  }
}
