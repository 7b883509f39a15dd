import type { IncomingMessage, ServerResponse } from 'node:http'

/** One request that went through the proxy, and what its client saw. */
export interface Exchange {
  readonly method: string
  readonly sessionId: string | undefined
  /** Undefined when it was never answered. */
  readonly status: number | undefined
  readonly retryAfter: string | undefined
  /** Of answers with a status from 500 on; empty for others, which may be long. */
  readonly body: string
  /** The answer came whole, it was cut short behind the proxy, or the client left before its end. */
  readonly end: 'whole' | 'cut' | 'left'
  /** Milliseconds from the request to the answer's head; undefined when there was none. */
  readonly answeredMs: number | undefined
  /** Milliseconds from the request to its end. */
  readonly endedMs: number
}

/** An exchange that is under way. */
export class OpenExchange {
  readonly #request: IncomingMessage
  readonly #response: ServerResponse
  readonly #since = performance.now()
  #answeredMs: number | undefined
  #retryAfter: string | undefined
  #body = ''
  #isCut = false

  constructor(request: IncomingMessage, response: ServerResponse) {
    this.#request = request
    this.#response = response
  }

  /** The gateway answers; to be called before anything is read from `answer`. */
  answered(answer: IncomingMessage): void {
    this.#answeredMs = performance.now() - this.#since
    this.#retryAfter = answer.headers['retry-after']
    if ((answer.statusCode as number) < 500) return
    answer.on('data', (chunk: Buffer) => (this.#body += chunk))
  }

  /** The gateway, or the way there, failed before the answer's end. A client that left first is no failure. */
  cut(): void {
    this.#isCut ||= !this.#response.destroyed
  }

  /** What became of it, once the response is closed. */
  closed(): Exchange {
    const { headersSent, statusCode, writableFinished } = this.#response
    const { method, headers } = this.#request
    return {
      method: method as string,
      sessionId: headers['mcp-session-id'] as string | undefined,
      status: headersSent ? statusCode : undefined,
      retryAfter: this.#retryAfter,
      body: this.#body,
      end: this.#isCut ? 'cut' : writableFinished ? 'whole' : 'left',
      answeredMs: this.#answeredMs,
      endedMs: performance.now() - this.#since
    }
  }
}
