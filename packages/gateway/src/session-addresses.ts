import { type Address, addressKey, isSessionId, ScaledMcpError, sessionAddress } from '@scaled-mcp/contracts'

/** The address of a session, and its key. */
export interface SessionAddress {
  readonly address: Address
  readonly key: string
}

/** How many addresses are remembered: working one out again is most of what the gateway itself does for a call. */
const REMEMBERED = 10_000

/** Where the session of an id lives. */
export class SessionAddresses {
  readonly #known = new Map<string, SessionAddress>()

  /** @throws ScaledMcpError `SessionIdMissing`, or `SessionNotFound` for what was never an id of ours. */
  of(sessionId: string | string[] | undefined): SessionAddress {
    if (sessionId === undefined || sessionId === '') throw new ScaledMcpError('SessionIdMissing')
    if (typeof sessionId !== 'string') throw new ScaledMcpError('SessionNotFound')
    return this.#known.get(sessionId) ?? this.#learn(sessionId)
  }

  #learn(sessionId: string): SessionAddress {
    if (!isSessionId(sessionId)) throw new ScaledMcpError('SessionNotFound')
    const address = sessionAddress(sessionId)
    const learned = { address, key: addressKey(address) }
    if (this.#known.size >= REMEMBERED) this.#known.clear()
    this.#known.set(sessionId, learned)
    return learned
  }
}
