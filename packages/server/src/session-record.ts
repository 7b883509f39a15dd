import { negotiate, type SessionRecord } from '@scaled-mcp/contracts'

/** What of a session is kept, so that any worker can rebuild it: all of its record but the owner's claim. */
export type SessionFields = Omit<SessionRecord, 'epoch' | 'claim'> & {
  /** What `onSnapshot` gave when the session last left a worker on purpose. */
  readonly snapshot?: unknown
}

/** What of the fields becomes what; undefined: it is so already. Must be synchronous. */
export type SessionChange = (fields: SessionFields) => Partial<SessionFields> | undefined

/** Where the fields of one session are kept. The worker fills it with a compare-and-set under its epoch. */
export interface SessionRecordPort {
  /** The fields as this owner last read or wrote them. */
  read(): SessionFields
  /**
   * Changes the fields that `change` names and keeps the others. Resolves when the change is durable; calls may
   * overlap and take effect in their order. Rejects with `StaleEpoch`, `StoreUnavailable` or `ValueTooLarge`.
   */
  write(change: Partial<SessionFields>): Promise<void>
  /** As {@link write}, for a change that depends on what the ones before it have made of the fields. */
  update(change: SessionChange): Promise<void>
}

/** The fields of a session that begins with an `initialize` of these `params`, on that transport. */
export function newSession(params: { readonly [key: string]: unknown }, transport?: 'sse'): SessionFields {
  return {
    initialize: { ...params },
    revision: negotiate(params['protocolVersion'], transport),
    ...(transport && { transport }),
    subscriptions: []
  }
}
