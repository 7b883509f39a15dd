/**
 * What clients do that the specification does not say, or that they do not do as it says, and what we do about it. Every
 * value here is used where its text says; `docs/protocol.md` shows the table, and a test holds the two equal.
 */
export interface ClientQuirk<T> {
  readonly value: T
  /** Who does it, and what it would cost them. */
  readonly why: string
  readonly source: string
}

export const clientQuirks = {
  /** First revision whose clients get an event without data, and are told when to come back. */
  primedFrom: {
    value: '2025-11-25',
    why: 'Clients of earlier revisions parse the empty data of a priming event as JSON and fail; Claude’s connectors do',
    source: 'MCP 2025-11-25, Transports, "Sending Messages"; typescript-sdk, streamableHttp.ts'
  },
  /** Revision that any client may name in `MCP-Protocol-Version`, whatever was negotiated. */
  namedAnyway: {
    value: '2025-03-26',
    why: 'It is what an absent header means; clients that send it always exist, the official conformance suite 0.1.16 among them',
    source: 'MCP 2025-11-25, Transports, "Protocol Version Header"'
  },
  /** How long a client should wait before it comes back, in milliseconds. */
  retryMs: {
    value: 500,
    why: 'Both official clients wait exactly this long, so it is their latency after every closed stream; without it they wait 1 s',
    source: 'typescript-sdk 1.32.2, client/streamableHttp.ts'
  },
  /** Status of a stream of which nothing was missed. */
  finishedStatus: {
    value: 405,
    why: 'The v1 client comes back after a JSON-RPC error on a primed stream, and takes only this status as "nothing more"',
    source: 'typescript-sdk 1.32.2, client/streamableHttp.ts'
  },
  /** Milliseconds between two comments on an open stream. */
  keepAliveMs: {
    value: 15_000,
    why: 'Proxies cut a connection that is silent for 30 to 60 s; a missed ping of the client never ends a session',
    source: 'defaults of nginx, HAProxy, AWS load balancers'
  }
} as const satisfies Record<string, ClientQuirk<string | number>>
