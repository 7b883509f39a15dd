import { ScaledMcpError } from '@scaled-mcp/contracts'

/** One actor, wherever in the cluster it lives. */
export interface RemoteActor {
  /** Sends and does not wait for what becomes of it. */
  tell(message: unknown): Promise<void>
  /** Sends and waits for the answer. Times are milliseconds. */
  ask(message: unknown, options?: { readonly timeoutMs?: number; readonly signal?: AbortSignal }): Promise<unknown>
}

/** The way from a server module to the actors of the cluster. */
export interface Actors {
  /**
   * The actor of `kind` with this id; the first message activates it.
   * @throws ScaledMcpError `NotBuiltYet`.
   */
  getOrActivate(kind: string, id: string): RemoteActor
  /**
   * A living actor by its name `kind/id`.
   * @throws ScaledMcpError `NotBuiltYet`.
   */
  actorOf(name: string): Promise<RemoteActor>
}

/** Actors of server modules come later; until then each method refuses. */
export const noActors: Actors = {
  getOrActivate: () => refuse('context.actors.getOrActivate'),
  actorOf: async () => refuse('context.actors.actorOf')
}

function refuse(what: string): never {
  throw new ScaledMcpError('NotBuiltYet', what)
}
