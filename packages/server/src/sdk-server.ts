import type { JsonRpcMessage } from '@scaled-mcp/contracts'

/**
 * What both SDKs' `McpServer` and `Server` have in common. Structural, because users bring their own copy of either
 * SDK; `never` lets any `connect` fit.
 */
export interface SdkServer {
  connect(transport: never): Promise<void>
  close(): Promise<void>
}

/** The transport both SDKs connect to: the part of their interfaces that they use. */
export interface SdkTransport {
  readonly sessionId: string
  onmessage?: (message: JsonRpcMessage, extra: object) => void
  onclose?: () => void
  onerror?: (error: Error) => void
  start(): Promise<void>
  send(message: JsonRpcMessage, options?: { readonly relatedRequestId?: string | number | undefined }): Promise<void>
  close(): Promise<void>
}

/** The members of the low-level server that the host touches; both SDKs have them, and all may be missing. */
export interface LowLevelServer {
  onerror?: ((error: Error) => void) | undefined
  getNegotiatedProtocolVersion?: unknown
  _jsonSchemaValidator?: unknown
  _options?: { readonly jsonSchemaValidator?: unknown } | undefined
}

/** The `Server` inside an `McpServer`, or the server itself. */
export function lowLevel(server: SdkServer): LowLevelServer {
  return ((server as { readonly server?: unknown }).server ?? server) as LowLevelServer
}

/** Whether the server comes from `@modelcontextprotocol/server`; only its own method tells, `instanceof` cannot. */
export function isV2(server: SdkServer): boolean {
  return typeof lowLevel(server).getNegotiatedProtocolVersion === 'function'
}

/** Whether `value` can be hosted: it connects to a transport. */
export function isSdkServer(value: unknown): value is SdkServer {
  return typeof value === 'object' && value !== null && typeof (value as Partial<SdkServer>).connect === 'function'
}
