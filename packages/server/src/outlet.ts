import type { JsonRpcId, JsonRpcMessage } from '@scaled-mcp/contracts'

/** One message on its way from the server to the client. */
export interface Outgoing {
  /** The message as JSON, serialised once. */
  readonly text: string
  readonly message: JsonRpcMessage
  /** The client's request on whose stream it goes: of an answer, the one it answers; undefined: the standalone stream. */
  readonly relatedRequestId: JsonRpcId | undefined
}

/** Takes what a server sends. Messages of one request arrive in order; its answer is the last. */
export interface Outlet {
  send(outgoing: Outgoing): void | Promise<void>
}
