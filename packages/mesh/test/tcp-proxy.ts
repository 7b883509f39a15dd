import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'

/** Stands between one client and a server, so that this client alone can be cut off. */
export class TcpProxy {
  readonly #server: Server
  readonly #sockets = new Set<Socket>()
  readonly #target: URL
  #open = true

  /** @param target URL of the server. */
  static async to(target: string): Promise<TcpProxy> {
    const proxy = new TcpProxy(target)
    proxy.#server.listen(0, '127.0.0.1')
    await once(proxy.#server, 'listening')
    return proxy
  }

  constructor(target: string) {
    this.#target = new URL(target)
    this.#server = createServer((socket) => this.#connected(socket))
  }

  get url(): string {
    return `nats://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  /** Ends every connection, and each new one at once. */
  cut(): void {
    this.#open = false
    for (const socket of this.#sockets) socket.destroy()
  }

  heal(): void {
    this.#open = true
  }

  close(): void {
    this.cut()
    this.#server.close()
  }

  #connected(client: Socket): void {
    if (!this.#open) {
      client.destroy()
      return
    }
    const server = connect(Number(this.#target.port), this.#target.hostname)
    this.#tie(client, server)
    this.#tie(server, client)
    client.pipe(server).pipe(client)
  }

  #tie(socket: Socket, other: Socket): void {
    this.#sockets.add(socket)
    socket.on('error', () => undefined) // 'close' follows
    socket.on('close', () => {
      this.#sockets.delete(socket)
      other.destroy()
    })
  }
}
