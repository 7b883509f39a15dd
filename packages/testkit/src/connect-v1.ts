import { Client, type ClientOptions } from '@modelcontextprotocol/sdk/client/index.js'
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import { rotatingFetch } from './rotating-fetch.ts'

/** A connected client of `@modelcontextprotocol/sdk`. */
export interface ConnectedV1 {
  readonly client: Client
  readonly transport: StreamableHTTPClientTransport
  /** Undefined when the server gave none. */
  readonly sessionId: string | undefined
  /** Closes the connection and leaves the session alive; `transport.terminateSession()` ends it. */
  close(): Promise<void>
}

/**
 * Connects the official v1 client; every request goes to the next URL (`http://127.0.0.1:3000/mcp`) of the list, or where
 * `fetch` sends it.
 */
export async function connectV1(
  urls: readonly [string, ...string[]],
  options?: ClientOptions,
  fetch = rotatingFetch(urls)
): Promise<ConnectedV1> {
  const client = new Client({ name: 'testkit-v1', version: '1.0.0' }, options)
  const transport = new StreamableHTTPClientTransport(new URL(urls[0]), { fetch })
  // Its class does not fit its own interface under exactOptionalPropertyTypes.
  await client.connect(transport as Parameters<Client['connect']>[0])
  return { client, transport, sessionId: transport.sessionId, close: () => client.close() }
}
