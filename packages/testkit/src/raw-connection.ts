/** A TCP connection to an HTTP server: what clients may not do is done here by hand, and what comes is seen as it comes. */
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'

export interface RawRequest {
  readonly method: 'GET' | 'POST' | 'DELETE'
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string
}

export class RawConnection {
  /** Resolves when it is over, whoever ended it. */
  readonly ended: Promise<void>
  readonly #url: URL
  readonly #socket: Socket
  #received = ''
  #isOver = false

  private constructor(url: URL, socket: Socket) {
    this.#url = url
    this.#socket = socket
    socket.on('error', () => undefined) // 'close' follows
    socket.setEncoding('utf8').on('data', (text) => {
      this.#received += String(text)
    })
    this.ended = new Promise((resolve) => {
      socket.once('close', () => {
        this.#isOver = true
        resolve()
      })
    })
  }

  static async open(to: string): Promise<RawConnection> {
    const url = new URL(to)
    const socket = connect(Number(url.port), url.hostname)
    await once(socket, 'connect')
    return new RawConnection(url, socket)
  }

  /** Everything that has come so far. */
  get received(): string {
    return this.#received
  }

  /** The statuses of the answers that have come so far, in their order. */
  get statuses(): readonly number[] {
    return [...this.#received.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map(([, status]) => Number(status))
  }

  get isOver(): boolean {
    return this.#isOver
  }

  /** The text of a request, with its length. */
  text({ method, headers, body }: RawRequest): string {
    const length = body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) }
    const lines = Object.entries({ host: this.#url.host, ...length, ...headers }).map((header) => header.join(': '))
    return `${method} ${this.#url.pathname} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n${body ?? ''}`
  }

  /** Sends a text as it is. Resolves when the system has taken it, or the connection is over. */
  async send(text: string): Promise<void> {
    const taken = new Promise<void>((resolve) => this.#socket.write(text, () => resolve()))
    await Promise.race([taken, this.ended])
  }

  /** From now on nobody is there: nothing is read any more, and nothing says so to the other side. */
  vanish(): void {
    this.#socket.pause()
  }

  /** Says that nothing more will be sent, and still reads. */
  finish(): void {
    this.#socket.end()
  }

  /** Breaks it off. */
  destroy(): void {
    this.#socket.destroy()
  }
}
