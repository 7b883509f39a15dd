import type { JsonRpcNotification, JsonRpcRequest } from '@scaled-mcp/contracts'

/** Where a number belongs: the `of`th thing that one run of a handler, or of a server, has told. */
export interface Progress {
  /** Of a handler: one execution of it; of the server: one life of it. */
  readonly run: string
  /** From 1, without a gap. */
  readonly number: number
}

/** What the server tells of a request, or, without one, of itself. */
export function progressOf(request: JsonRpcRequest | undefined, progress: Progress): JsonRpcNotification {
  const method = request ? 'notifications/progress' : 'notifications/message'
  return { jsonrpc: '2.0', method, params: { ...(request && { progressToken: request.id }), ...progress } }
}

/** What {@link progressOf} was given; undefined for any other message. */
export function progressIn(message: object): Progress | undefined {
  const { params } = message as { readonly params?: Partial<Progress> }
  const { run, number } = params ?? {}
  return run === undefined || number === undefined ? undefined : { run, number }
}
