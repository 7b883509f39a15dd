import { createServer, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface AdminServerInit {
  readonly host: string
  /** 0 takes any free one. */
  readonly port: number
  /** Whether the process can do its work now. */
  readonly isReady: () => boolean
}

/** Health for whoever runs the process: `/livez` says that it turns, `/readyz` that it can work. */
export class AdminServer {
  readonly #server: Server

  private constructor(server: Server) {
    this.#server = server
  }

  /** Listens. Rejects with the error of `listen`, such as EADDRINUSE. */
  static async start({ host, port, isReady }: AdminServerInit): Promise<AdminServer> {
    const server = createServer(({ url }, response) => {
      if (url === '/livez') answer(response, 200, 'live')
      else if (url !== '/readyz') answer(response, 404, 'not found')
      else if (isReady()) answer(response, 200, 'ready')
      else answer(response, 503, 'not ready')
    })
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject)
      server.listen({ host, port }, resolve)
    })
    return new AdminServer(server)
  }

  /** The port it listens on. */
  get port(): number {
    return (this.#server.address() as AddressInfo).port
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections()
    await new Promise((resolve) => this.#server.close(resolve))
  }
}

function answer(response: ServerResponse, code: number, status: string): void {
  response.writeHead(code, { 'content-type': 'application/json' }).end(JSON.stringify({ status }))
}
