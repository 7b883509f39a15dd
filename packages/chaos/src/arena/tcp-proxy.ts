import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'

/** A direction in which bytes go through a {@link TcpProxy}. */
export type Direction = 'there' | 'back'

interface Pair {
  readonly client: Socket
  readonly server: Socket
}

/** Stands between clients and a server, and can stop what goes one way: it arrives when that is over, as behind a broken route. */
export class TcpProxy {
  readonly #listening: Server
  readonly #pairs = new Set<Pair>()
  readonly #stopped = new Set<Direction>()

  private constructor(target: URL) {
    this.#listening = createServer((client) =>
      this.#join({ client, server: connect(Number(target.port), target.hostname) })
    )
  }

  /** @param target whose host and port connections are passed on to. */
  static async start(target: URL): Promise<TcpProxy> {
    const proxy = new TcpProxy(target)
    proxy.#listening.listen(0, '127.0.0.1')
    await once(proxy.#listening, 'listening')
    return proxy
  }

  get port(): number {
    return (this.#listening.address() as AddressInfo).port
  }

  block(direction: Direction): void {
    this.#stopped.add(direction)
    for (const pair of this.#pairs) this.#flow(pair)
  }

  heal(): void {
    this.#stopped.clear()
    for (const pair of this.#pairs) this.#flow(pair)
  }

  async stop(): Promise<void> {
    this.#listening.close()
    for (const { client, server } of this.#pairs) {
      client.destroy()
      server.destroy()
    }
    await once(this.#listening, 'close')
  }

  #join(pair: Pair): void {
    const { client, server } = pair
    this.#pairs.add(pair)
    const part = () => {
      this.#pairs.delete(pair)
      client.destroy()
      server.destroy()
    }
    for (const socket of [client, server]) socket.on('error', part).on('close', part)
    this.#flow(pair)
  }

  #flow({ client, server }: Pair): void {
    set(client, server, !this.#stopped.has('there'))
    set(server, client, !this.#stopped.has('back'))
  }
}

function set(from: Socket, to: Socket, isOpen: boolean): void {
  if (isOpen) from.pipe(to)
  else from.unpipe(to).pause()
}
