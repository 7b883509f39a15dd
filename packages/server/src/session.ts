import type { SessionState } from './session-state.ts'

/** A client's session, as the server that serves it sees it. */
export interface Session {
  /** Names the session in logs and keys. Stays the same on every worker. Not the secret the client holds. */
  readonly id: string
  /**
   * `take` says what of closures and caches to keep when the session leaves this worker on purpose (drain, idleness).
   * A crash loses it: what must survive belongs into the session's state. The last registration counts.
   */
  onSnapshot(take: () => unknown): void
  /**
   * `bring` gets the latest snapshot, undefined when there is none, once the session is rebuilt on a worker and before
   * any message reaches it. The last registration counts.
   */
  onRestore(bring: (snapshot: unknown) => void | Promise<void>): void
  /**
   * `hear` is given what actors tell this session, whichever worker it is on: the actor's `context.tell` to
   * `session/<id>`. One at a time, after the session was restored. What it throws is logged. The last registration counts;
   * without one such a message is refused, and a dead letter where it was sent.
   */
  onMessage(hear: (message: unknown) => void | Promise<void>): void
  /** `run` frees what the server holds outside of itself, when the session leaves this worker or ends. All run. */
  onPassivate(run: () => void | Promise<void>): void
}

/** The session of a server that declares `state`. */
export interface StatefulSession<State> extends Session {
  readonly state: SessionState<State>
}
