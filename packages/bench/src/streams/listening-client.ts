import { HttpConnection } from '../load/http-connection.ts'
import { McpCaller, messageIn } from '../load/mcp-caller.ts'
import { HeldStream } from './held-stream.ts'

interface Message {
  readonly method?: string
  readonly params?: { readonly logger?: string }
}

const CHANGED = '{"method":"notifications/tools/list_changed"'
/** Ports of one address are fewer than streams may be. */
const STREAMS_PER_ADDRESS = 10_000

/** A client with a session and, when it listens, an open stream. It notes when what came. */
export class ListeningClient {
  /** When it heard that the tools have changed, in milliseconds since 1970. */
  changedAt: number | undefined
  /** How long everything else took to reach it, in milliseconds. */
  readonly latencies: number[] = []
  readonly #url: URL
  readonly #headers: string
  readonly #localAddress: string
  #stream: HeldStream | undefined

  private constructor(url: URL, headers: string, nth: number) {
    this.#url = url
    this.#headers = headers
    this.#localAddress = `127.0.0.${1 + Math.floor(nth / STREAMS_PER_ADDRESS)}`
  }

  /** Opens a session over `connection`. @param nth of all clients, from 0. */
  static async open(url: URL, connection: HttpConnection, nth: number): Promise<ListeningClient> {
    const caller = new McpCaller(connection)
    await caller.open()
    return new ListeningClient(url, caller.headers, nth)
  }

  get isListening(): boolean {
    return this.#stream !== undefined
  }

  /** The stream that it listens on. */
  get stream(): HeldStream {
    if (!this.#stream) throw new Error('it does not listen')
    return this.#stream
  }

  /** Listens; or, after a stream of its own that has ended, comes back for what followed. */
  async listen(): Promise<void> {
    this.#stream = await HeldStream.open({
      url: this.#url,
      headers: this.#headers,
      localAddress: this.#localAddress,
      lastEventId: this.#stream?.lastEventId,
      onMessage: (json) => this.#receive(json)
    })
  }

  /** Calls a tool on a connection of its own. Rejects unless it succeeds. */
  async call(name: string, args: object = {}): Promise<void> {
    const connection = new HttpConnection(this.#url)
    const params = { name, arguments: args }
    const call = JSON.stringify({ jsonrpc: '2.0', id: name, method: 'tools/call', params })
    const answer = await connection.post(this.#headers, call)
    connection.close()
    const { result } = (messageIn(answer) ?? {}) as { readonly result?: { readonly isError?: boolean } }
    if (!result || result.isError) throw new Error(`${name}: ${answer.status} ${answer.body.slice(0, 300)}`)
  }

  /** Ends its connection and leaves the session alive. */
  close(): void {
    this.#stream?.close()
  }

  #receive(json: string): void {
    const now = performance.timeOrigin + performance.now()
    if (json.startsWith(CHANGED)) this.changedAt = now
    else this.latencies.push(now - Number((JSON.parse(json) as Message).params?.logger))
  }
}
