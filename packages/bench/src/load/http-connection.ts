/**
 * One keep-alive HTTP/1.1 connection with one request under way at a time.
 *
 * It does what the benchmark needs and no more, because it shares two cores with what it measures: a general client
 * costs more per call than most of the servers. Answers carry a length or come in chunks; it follows a server that
 * closes the connection with a new one.
 */
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'

/** An answer as it came. */
export interface HttpAnswer {
  readonly status: number
  /** Names in lower case. */
  readonly headers: ReadonlyMap<string, string>
  readonly body: string
}

interface Waiting {
  readonly resolve: (answer: HttpAnswer) => void
  readonly reject: (error: Error) => void
}

const END_OF_HEAD = '\r\n\r\n'
const END_OF_CHUNKS = '0\r\n\r\n'

export class HttpConnection {
  readonly #url: URL
  #socket: Socket | undefined
  #waiting: Waiting | undefined
  #received = ''

  constructor(url: URL) {
    this.#url = url
  }

  /** Sends a POST. `headers` are lines, each with its line break. Rejects when the connection breaks. */
  async post(headers: string, body: string): Promise<HttpAnswer> {
    const socket = this.#socket ?? (await this.#connect())
    const { pathname, host } = this.#url
    const length = Buffer.byteLength(body)
    const head = `POST ${pathname} HTTP/1.1\r\nhost: ${host}\r\ncontent-length: ${length}\r\n${headers}\r\n`
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject }
      socket.write(head + body)
    })
  }

  close(): void {
    this.#socket?.destroy()
    this.#socket = undefined
  }

  async #connect(): Promise<Socket> {
    const socket = connect(Number(this.#url.port), this.#url.hostname)
    await once(socket, 'connect')
    socket.setNoDelay(true)
    socket.setEncoding('utf8')
    socket.on('data', (text: string) => this.#receive(text))
    socket.on('error', (error) => this.#broken(socket, error))
    socket.on('close', () => this.#broken(socket, new Error(`${this.#url.host} closed the connection`)))
    this.#socket = socket
    return socket
  }

  #broken(socket: Socket, error: Error): void {
    if (this.#socket !== socket) return
    this.#socket = undefined
    this.#waiting?.reject(error)
  }

  #receive(text: string): void {
    this.#received += text
    const answer = readAnswer(this.#received)
    if (!answer) return
    this.#received = ''
    if (answer.headers.get('connection') === 'close') this.close()
    this.#waiting?.resolve(answer)
  }
}

/** The answer in `text`, when all of it is there. */
function readAnswer(text: string): HttpAnswer | undefined {
  const end = text.indexOf(END_OF_HEAD)
  if (end < 0) return undefined
  const headers = readHeaders(text, end)
  const body = readBody(text.slice(end + END_OF_HEAD.length), headers)
  return body === undefined ? undefined : { status: Number(text.slice(9, 12)), headers, body }
}

function readHeaders(text: string, end: number): ReadonlyMap<string, string> {
  const headers = new Map<string, string>()
  for (let from = text.indexOf('\r\n') + 2; from > 1 && from < end; from = text.indexOf('\r\n', from) + 2) {
    const colon = text.indexOf(':', from)
    headers.set(text.slice(from, colon).toLowerCase(), text.slice(colon + 1, text.indexOf('\r\n', colon)).trim())
  }
  return headers
}

function readBody(text: string, headers: ReadonlyMap<string, string>): string | undefined {
  const length = headers.get('content-length')
  if (length !== undefined) return Buffer.byteLength(text) >= Number(length) ? text : undefined
  if (headers.get('transfer-encoding') === 'chunked') return text.endsWith(END_OF_CHUNKS) ? unchunked(text) : undefined
  return ''
}

function unchunked(text: string): string {
  const bytes = Buffer.from(text)
  let body = ''
  for (let from = 0; ; ) {
    const start = bytes.indexOf('\r\n', from) + 2
    const size = Number.parseInt(bytes.toString('latin1', from, start), 16)
    if (!(size > 0)) return body
    body += bytes.toString('utf8', start, start + size)
    from = start + size + 2
  }
}
