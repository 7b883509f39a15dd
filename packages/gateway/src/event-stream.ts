import type { ServerResponse } from 'node:http'
import { header } from '@scaled-mcp/contracts'
import type { Frame } from '@scaled-mcp/mesh'

/** What may wait behind the largest message; a reader that is further behind is cut off, and comes back for the rest. */
const MAX_UNSENT_BYTES = 1024 * 1024
/** A socket that has not taken all it was given for this long has nobody behind it, though it may look open for minutes. */
const STUCK_MS = 5_000
/** How long a reader that is cut off may take for what it was given already. */
const CUT_MS = 30_000
const text = new TextDecoder()

/**
 * One open SSE response. Headers as proxies need them (MCP 2025-11-25, Transports; both official SDKs): never
 * buffered, never transformed.
 */
export class EventStream {
  readonly #response: ServerResponse
  /** Since when the socket has taken nothing. */
  #stuckSince: number | undefined
  /** Length of the largest message since the socket had taken everything. */
  #largest = 0

  /** Starts the response, with the headers that the framework has collected for it. */
  constructor(response: ServerResponse, headers: Readonly<Record<string, string | number | string[] | undefined>>) {
    this.#response = response
    response.writeHead(200, {
      ...definedOnly(headers),
      'content-type': 'text/event-stream',
      'cache-control': 'no-cache, no-transform',
      'x-accel-buffering': 'no'
    })
    response.flushHeaders()
  }

  get isOpen(): boolean {
    return !this.#response.writableEnded && !this.#response.destroyed
  }

  /** Whether somebody seems to be there: open, and what is sent is taken. */
  get isRead(): boolean {
    return this.isOpen && (this.#stuckSince === undefined || performance.now() - this.#stuckSince < STUCK_MS)
  }

  /** Calls `closed` once, when the response is over, whoever ends it. */
  onClose(closed: () => void): void {
    this.#response.once('close', closed)
  }

  /**
   * Sends what a frame carries: a message; or, without one, that the client should come back after a while, and from
   * where (MCP 2025-11-25, Transports, "Sending Messages": the priming event).
   */
  frame({ headers, body }: Frame): void {
    const id = headers?.[header.event]
    const retry = headers?.[header.retry]
    if (body.length > 0) this.message(body, id)
    else if (retry !== undefined)
      this.#write(id === undefined ? `retry: ${retry}\n\n` : `id: ${id}\nretry: ${retry}\ndata: \n\n`)
  }

  /** Says where the client sends its messages (MCP 2024-11-05, Transports, "HTTP with SSE"). */
  endpoint(uri: string): void {
    this.#write(`event: endpoint\ndata: ${uri}\n\n`)
  }

  /** Sends one JSON-RPC message, given as JSON text without line breaks. */
  message(json: Uint8Array | string, id?: string): void {
    const data = typeof json === 'string' ? json : text.decode(json)
    this.#write(`event: message\n${id === undefined ? '' : `id: ${id}\n`}data: ${data}\n\n`)
  }

  /** A comment, so that nothing between us and the client takes the stream for dead. */
  keepAlive(): void {
    this.#write(': keep-alive\n\n')
  }

  end(): void {
    this.#response.end()
  }

  /** Ends it and its connection, which a client would keep for its next request, and the server would wait for. */
  hangUp(): void {
    const { socket } = this.#response
    this.#response.end(() => socket?.end())
  }

  #write(chunk: string): void {
    if (!this.isOpen) return
    this.#largest = Math.max(this.#largest, chunk.length)
    if (this.#response.writableLength > MAX_UNSENT_BYTES + this.#largest) this.#cut()
    else if (this.#response.write(chunk)) this.#largest = 0
    else if (this.#stuckSince === undefined) this.#wait()
  }

  /** A slow reader gets what it was given, or it would never get further; nobody waits for it, and it can come back. */
  #cut(): void {
    const timer = setTimeout(() => this.#response.destroy(), CUT_MS).unref()
    this.#response.once('close', () => clearTimeout(timer)).end()
  }

  #wait(): void {
    this.#stuckSince = performance.now()
    this.#response.once('drain', () => {
      this.#stuckSince = undefined
      this.#largest = 0
    })
  }
}

function definedOnly(headers: Readonly<Record<string, string | number | string[] | undefined>>) {
  return Object.fromEntries(Object.entries(headers).filter(([, value]) => value !== undefined)) as Record<
    string,
    string | number | string[]
  >
}
