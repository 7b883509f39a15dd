import { randomUUID } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { ServerOptions } from '@modelcontextprotocol/sdk/server/index.js'
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js'
import { echoV1 } from './echo-v1.ts'

/** Sessions as the examples of SDK v1 keep them: a server and a transport each, in a map of this process. */
export class V1Sessions {
  readonly #options: ServerOptions | undefined
  readonly #transports = new Map<string, StreamableHTTPServerTransport>()

  constructor(options?: ServerOptions) {
    this.#options = options
  }

  /** Answers one request; `body` is what the framework has parsed, if it has. */
  async handle(request: IncomingMessage, response: ServerResponse, body?: unknown): Promise<void> {
    const id = request.headers['mcp-session-id']
    const known = typeof id === 'string' ? this.#transports.get(id) : undefined
    if (id !== undefined && !known) response.writeHead(404).end()
    else await (known ?? (await this.#open())).handleRequest(request, response, body)
  }

  async #open(): Promise<StreamableHTTPServerTransport> {
    const transport: StreamableHTTPServerTransport = new StreamableHTTPServerTransport({
      sessionIdGenerator: () => randomUUID(),
      onsessioninitialized: (id) => void this.#transports.set(id, transport)
    })
    // Its class does not fit its own interface under exactOptionalPropertyTypes.
    await echoV1(this.#options).connect(transport as Parameters<ReturnType<typeof echoV1>['connect']>[0])
    return transport
  }
}
