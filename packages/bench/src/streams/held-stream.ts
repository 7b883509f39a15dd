/**
 * One open GET stream on a socket of its own, read with as little as possible: ten thousand of them share two cores with
 * what they measure. Every event is one HTTP chunk, so its lines are whole lines of what comes.
 */
import { connect, type Socket } from 'node:net'

export interface HeldStreamInit {
  readonly url: URL
  /** Header lines of the session's requests, each with its line break. */
  readonly headers: string
  /** The address to connect from: each has ports of its own. */
  readonly localAddress: string
  /** The event to come back with. */
  readonly lastEventId?: string | undefined
  /** Told of the JSON text of every message. */
  readonly onMessage: (json: string) => void
}

const OPENED = 'HTTP/1.1 200 '

export class HeldStream {
  /** Resolves when its connection is over. */
  readonly ended: Promise<void>
  readonly #socket: Socket
  readonly #init: HeldStreamInit
  readonly #opened: Promise<void>
  #open: (() => void) | undefined
  #rest = ''
  #lastEventId: string | undefined

  private constructor(socket: Socket, init: HeldStreamInit) {
    this.#socket = socket
    this.#init = init
    this.#lastEventId = init.lastEventId
    this.#opened = new Promise((resolve) => {
      this.#open = resolve
    })
    this.ended = new Promise((resolve) => socket.once('close', () => resolve()))
    socket.on('error', () => undefined) // 'close' follows
    socket.setEncoding('utf8').on('data', (text) => this.#receive(String(text)))
  }

  /** Resolves when whoever owns the session knows that it is read. @throws {Error} what came instead. */
  static async open(init: HeldStreamInit): Promise<HeldStream> {
    const { url, headers, localAddress, lastEventId } = init
    const socket = connect({ port: Number(url.port), host: url.hostname, localAddress })
    const stream = new HeldStream(socket, init)
    const back = lastEventId === undefined ? '' : `last-event-id: ${lastEventId}\r\n`
    socket.write(`GET ${url.pathname} HTTP/1.1\r\nhost: ${url.host}\r\n${headers}${back}connection: close\r\n\r\n`)
    await Promise.race([stream.#opened, stream.ended])
    if (stream.#open)
      throw new Error(`no stream was opened: ${stream.#rest.slice(0, 300) || 'the connection was closed'}`)
    return stream
  }

  get lastEventId(): string | undefined {
    return this.#lastEventId
  }

  /** Reads its socket no more. */
  pause(): void {
    this.#socket.pause()
  }

  resume(): void {
    this.#socket.resume()
  }

  close(): void {
    this.#socket.destroy()
  }

  #receive(text: string): void {
    if (this.#open) this.#receiveHead(text)
    else this.#receiveEvents(text)
  }

  #receiveHead(text: string): void {
    this.#rest += text
    const end = this.#rest.indexOf('\r\n\r\n')
    if (end < 0 || !this.#rest.startsWith(OPENED)) return
    const events = this.#rest.slice(end)
    this.#rest = ''
    this.#open?.()
    this.#open = undefined
    this.#receiveEvents(events)
  }

  #receiveEvents(text: string): void {
    const lines = (this.#rest + text).split('\n')
    this.#rest = lines.pop() as string
    for (const line of lines) {
      if (line.startsWith('id: ')) this.#lastEventId = line.slice('id: '.length)
      else if (line.startsWith('data: {')) this.#init.onMessage(line.slice('data: '.length))
    }
  }
}
