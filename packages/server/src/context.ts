import type { Actors } from './actors.ts'
import type { Logger } from './logger.ts'
import type { Session, StatefulSession } from './session.ts'

/** Who calls, as the gateway verified it. */
export interface Principal {
  readonly subject: string
  /** Verified claims of the token, never the token itself. */
  readonly claims: { readonly [name: string]: unknown }
}

/** What the client says about itself: `clientInfo` of its `initialize`. Nobody verified it. */
export interface ClientInfo {
  readonly name: string
  readonly version: string
  readonly [key: string]: unknown
}

/** What `create` is given in every era of the protocol. */
export interface ServerContext {
  /** Undefined when the deployment does not authenticate. */
  readonly principal: Principal | undefined
  readonly clientInfo: ClientInfo | undefined
  /** Aborted when the server is closed: the session ended or left this worker. */
  readonly signal: AbortSignal
  readonly logger: Logger
  /** The actors of the cluster: of the kinds that the definition declares, on any worker. */
  readonly actors: Actors
  /** Only where a session exists: clients of 2026-07-28 have none. */
  readonly session?: Session
}

/** What `create` is given by a definition with `state`: there is always a session, and its state is typed. */
export interface StatefulContext<State> extends ServerContext {
  readonly session: StatefulSession<State>
}
