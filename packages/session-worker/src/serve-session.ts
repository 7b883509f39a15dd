import { SessionServer, type SessionServerComponents, type SessionServerInit } from '@scaled-mcp/server'

/** What a session's actor needs of the server that it hosts. */
export type ServedSession = Pick<
  SessionServer,
  'start' | 'restore' | 'receive' | 'hear' | 'deliveryClass' | 'isInitialized' | 'passivate' | 'close'
>

/** Makes the server of one session. */
export type ServeSession = (components: SessionServerComponents, init: SessionServerInit) => ServedSession

/** Hosts what the server module creates. */
export const serveSdk: ServeSession = (components, init) => new SessionServer(components, init)
