/**
 * The plainest load balancer: every request goes to the next gateway, whatever session it belongs to.
 *
 * R1. Bodies stream both ways as they come; nothing is kept back, not even the head of an answer without a body yet.
 * R2. An end is passed on: a client that leaves ends the gateway's request, an answer that breaks off breaks off here.
 * R3. Headers of the message go through unchanged, Host included, so that gateways judge what the client said.
 */
import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  request as requestTo,
  type Server,
  type ServerResponse
} from 'node:http'
import type { AddressInfo } from 'node:net'
import { pipeline } from 'node:stream'
import { type Exchange, OpenExchange } from './exchange.ts'

/** Headers of a connection, which are not those of the message. RFC 9110 §7.6.1. */
const OF_CONNECTION = ['connection', 'keep-alive', 'transfer-encoding', 'upgrade', 'te', 'trailer']

export class RoundRobinProxy {
  readonly #targets: readonly URL[]
  readonly #server: Server
  readonly #exchanges: Exchange[] = []
  #next = 0

  private constructor(targets: readonly URL[]) {
    this.#targets = targets
    this.#server = createServer((request, response) => this.#pass(request, response))
  }

  /** Listens on a free port of `localhost`, in front of the given URLs. */
  static async start(targets: readonly [string, ...string[]]): Promise<RoundRobinProxy> {
    const proxy = new RoundRobinProxy(targets.map((url) => new URL(url)))
    await new Promise<void>((resolve, reject) => {
      proxy.#server.once('error', reject).listen(0, 'localhost', resolve)
    })
    return proxy
  }

  /** Where clients connect; its path is that of the first target. */
  get url(): string {
    const { port } = this.#server.address() as AddressInfo
    return `http://localhost:${port}${this.#targets[0]?.pathname}`
  }

  /** Those that are over, in the order of their ends. */
  get exchanges(): readonly Exchange[] {
    return this.#exchanges
  }

  /** Ends whatever is open. */
  async stop(): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve))
    this.#server.closeAllConnections()
    await closed
  }

  #pass(request: IncomingMessage, response: ServerResponse): void {
    const exchange = new OpenExchange(request, response)
    const { hostname, port } = this.#targets[this.#next++ % this.#targets.length] as URL
    const { method, url: path } = request
    const headers = ofMessage(request.headers)
    // A connection each, so that the end of an idle one is never taken for a fault.
    const onward = requestTo({ hostname, port, method, path, headers, agent: false })
    onward.once('response', (answer) => passBack({ answer, response, exchange }))
    onward.once('error', () => {
      exchange.cut()
      refuse(response)
    })
    response.once('close', () => {
      onward.destroy() // R2
      this.#exchanges.push(exchange.closed())
    })
    request.pipe(onward)
  }
}

interface Answered {
  readonly answer: IncomingMessage
  readonly response: ServerResponse
  readonly exchange: OpenExchange
}

function passBack({ answer, response, exchange }: Answered): void {
  exchange.answered(answer)
  answer.once('error', () => exchange.cut())
  response.writeHead(answer.statusCode as number, ofMessage(answer.headers))
  response.flushHeaders() // R1
  // R2: it destroys the one when the other ends too soon; what came of it is read from the exchange.
  pipeline(answer, response, () => {})
}

/** There is no answer to pass on, or no more of it. */
function refuse(response: ServerResponse): void {
  if (response.headersSent) response.destroy()
  else response.writeHead(502).end()
}

function ofMessage(headers: IncomingHttpHeaders): IncomingHttpHeaders {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !OF_CONNECTION.includes(name)))
}
