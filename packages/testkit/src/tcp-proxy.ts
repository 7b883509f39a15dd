import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'

/** A direction in which bytes go through a {@link TcpProxy}: to the server, or back to its client. */
export type Direction = 'there' | 'back'

interface Pair {
  readonly client: Socket
  readonly server: Socket
}

/** Stands between clients and a server, so that these clients alone can be cut off, or not be heard. */
export class TcpProxy {
  readonly #listening: Server
  readonly #pairs = new Set<Pair>()
  readonly #blocked = new Set<Direction>()
  readonly #target: URL
  #isCut = false

  private constructor(target: string) {
    this.#target = new URL(target)
    this.#listening = createServer((client) => this.#connected(client))
  }

  /** @param target URL of the server. */
  static async to(target: string): Promise<TcpProxy> {
    const proxy = new TcpProxy(target)
    proxy.#listening.listen(0, '127.0.0.1')
    await once(proxy.#listening, 'listening')
    return proxy
  }

  /** Where its clients connect. */
  get url(): string {
    return `${this.#target.protocol}//127.0.0.1:${(this.#listening.address() as AddressInfo).port}`
  }

  /** Ends every connection, and each new one at once. */
  cut(): void {
    this.#isCut = true
    for (const { client, server } of this.#pairs) {
      client.destroy()
      server.destroy()
    }
  }

  /** Holds up what goes this way; it arrives when that is over, as behind a broken route. */
  block(direction: Direction): void {
    this.#blocked.add(direction)
    for (const pair of this.#pairs) this.#flow(pair)
  }

  heal(): void {
    this.#isCut = false
    this.#blocked.clear()
    for (const pair of this.#pairs) this.#flow(pair)
  }

  close(): void {
    this.cut()
    this.#listening.close()
  }

  #connected(client: Socket): void {
    if (this.#isCut) {
      client.destroy()
      return
    }
    const pair = { client, server: connect(Number(this.#target.port), this.#target.hostname) }
    this.#pairs.add(pair)
    this.#tie(pair, client, pair.server)
    this.#tie(pair, pair.server, client)
    this.#flow(pair)
  }

  #tie(pair: Pair, socket: Socket, other: Socket): void {
    socket.on('error', () => undefined) // 'close' follows
    socket.on('close', () => {
      this.#pairs.delete(pair)
      other.destroy()
    })
  }

  #flow({ client, server }: Pair): void {
    pass(client, server, !this.#blocked.has('there'))
    pass(server, client, !this.#blocked.has('back'))
  }
}

function pass(from: Socket, to: Socket, isOpen: boolean): void {
  from.unpipe(to) // or what is piped already would arrive twice
  if (isOpen) from.pipe(to)
  else from.pause()
}
