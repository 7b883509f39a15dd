import type { ServerResponse } from 'node:http'

/** Unsent bytes at which a reader is cut off. It may come back and resume; the others must not wait for it. */
const MAX_UNSENT_BYTES = 1024 * 1024
const text = new TextDecoder()

/**
 * One open SSE response. Headers as proxies need them (MCP 2025-11-25, Transports; both official SDKs): never
 * buffered, never transformed.
 */
export class EventStream {
  readonly #response: ServerResponse

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

  /** Sends one JSON-RPC message, given as JSON text without line breaks. */
  message(json: Uint8Array | string): void {
    const data = typeof json === 'string' ? json : text.decode(json)
    this.#write(`event: message\ndata: ${data}\n\n`)
  }

  /** A comment, so that nothing between us and the client takes the stream for dead. */
  keepAlive(): void {
    this.#write(': keep-alive\n\n')
  }

  end(): void {
    this.#response.end()
  }

  #write(chunk: string): void {
    if (!this.isOpen) return
    this.#response.write(chunk)
    if (this.#response.writableLength > MAX_UNSENT_BYTES) this.#response.destroy()
  }
}

function definedOnly(headers: Readonly<Record<string, string | number | string[] | undefined>>) {
  return Object.fromEntries(Object.entries(headers).filter(([, value]) => value !== undefined)) as Record<
    string,
    string | number | string[]
  >
}
