import { Client, type ClientOptions, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { rotatingFetch } from './rotating-fetch.ts'

/** A connected client of `@modelcontextprotocol/client`. */
export interface ConnectedV2 {
  readonly client: Client
  readonly transport: StreamableHTTPClientTransport
  /** Undefined when the server gave none, as in the era without sessions. */
  readonly sessionId: string | undefined
  /** Closes the connection and leaves the session alive; `transport.terminateSession()` ends it. */
  close(): Promise<void>
}

/**
 * Connects the official v2 client; every request goes to the next URL (`http://127.0.0.1:3000/mcp`) of the list. It
 * opens a session unless `options.versionNegotiation` asks for the era without.
 */
export async function connectV2(urls: readonly [string, ...string[]], options?: ClientOptions): Promise<ConnectedV2> {
  const client = new Client({ name: 'testkit-v2', version: '1.0.0' }, options)
  const transport = new StreamableHTTPClientTransport(new URL(urls[0]), { fetch: rotatingFetch(urls) })
  await client.connect(transport)
  return { client, transport, sessionId: transport.sessionId, close: () => client.close() }
}
