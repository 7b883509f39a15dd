/**
 * The admin port: what whoever runs a process asks it. It has no authentication and tells nothing of clients.
 *
 * A1. `/livez` answers as long as the event loop turns, and asks nobody: a lost NATS is no reason to be killed.
 * A2. `/readyz` says whether the process can do its work now; draining, it cannot.
 */
import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** What an admin server is told. */
export interface AdminServerInit {
  readonly host: string
  /** 0 takes any free one. */
  readonly port: number
  /** Whether the process can do its work now. Called for every probe, so it is quick. */
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
    const server = createServer((request, response) => answer(response, statusOf(request, isReady)))
    server.listen({ host, port })
    await once(server, 'listening')
    return new AdminServer(server)
  }

  /** The port it listens on. */
  get port(): number {
    return (this.#server.address() as AddressInfo).port
  }

  /** Closes it, and every connection with it. Idempotent. */
  async stop(): Promise<void> {
    if (!this.#server.listening) return
    this.#server.close()
    this.#server.closeAllConnections()
    await once(this.#server, 'close')
  }
}

type Status = readonly [code: number, status: string]

function statusOf({ method, url = '/' }: IncomingMessage, isReady: () => boolean): Status {
  const [path] = url.split('?')
  if (method !== 'GET' && method !== 'HEAD') return [405, 'method not allowed']
  if (path === '/livez') return [200, 'live'] // A1
  if (path === '/readyz') return isReady() ? [200, 'ready'] : [503, 'not ready'] // A2
  return [404, 'not found']
}

function answer(response: ServerResponse, [code, status]: Status): void {
  response.writeHead(code, { 'content-type': 'application/json', 'cache-control': 'no-store' })
  response.end(JSON.stringify({ status }))
}
