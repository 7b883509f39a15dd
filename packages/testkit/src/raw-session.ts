/**
 * A session spoken by hand: sees what the official clients hide (every event and its id, how each connection ended), and
 * comes back with `Last-Event-ID` as a client should. Every request goes to the next gateway.
 */
import { EventSourceParserStream } from 'eventsource-parser/stream'
import { rotatingFetch } from './rotating-fetch.ts'

/** One event of a stream. */
export interface SeenEvent {
  readonly id: string | undefined
  /** Undefined for an event without data. */
  readonly message: SeenMessage | undefined
}

export interface SeenMessage {
  readonly id?: unknown
  readonly method?: string
  readonly params?: Readonly<Record<string, unknown>>
  readonly result?: Readonly<Record<string, unknown>>
  readonly error?: { readonly code: number; readonly data?: { readonly reason?: string } }
}

type Fetch = ReturnType<typeof rotatingFetch>

/** The server gave no session. */
export class NotOpened extends Error {
  readonly status: number

  constructor(status: number, body: string) {
    super(`no session: ${status} ${body}`)
    this.name = 'NotOpened'
    this.status = status
  }
}

export class RawSession {
  readonly id: string
  readonly revision: string
  readonly #url: string
  readonly #fetch: Fetch
  #asked = 0
  #returns = 0

  private constructor(url: string, fetch: Fetch, init: { readonly id: string; readonly revision: string }) {
    this.#url = url
    this.#fetch = fetch
    this.id = init.id
    this.revision = init.revision
  }

  /** How often it has come back to a stream that it follows. */
  get returns(): number {
    return this.#returns
  }

  /** @throws {NotOpened} when it is refused. */
  static async open(urls: readonly [string, ...string[]], revision = '2025-11-25'): Promise<RawSession> {
    const fetch = rotatingFetch(urls)
    const clientInfo = { name: 'testkit-raw', version: '1.0.0' }
    const params = { protocolVersion: revision, capabilities: { elicitation: {}, sampling: {}, roots: {} }, clientInfo }
    const body = JSON.stringify({ jsonrpc: '2.0', id: 'open', method: 'initialize', params })
    const response = await fetch(urls[0], { method: 'POST', headers: HEADERS, body })
    const id = response.headers.get('mcp-session-id')
    if (id === null) throw new NotOpened(response.status, await response.text())
    await response.text()
    const session = new RawSession(urls[0], fetch, { id, revision })
    await (await session.post({ method: 'notifications/initialized' })).text()
    return session
  }

  /** Sends one message, or several of a batch. */
  post(message: object | readonly object[], signal?: AbortSignal): Promise<Response> {
    const body = JSON.stringify(Array.isArray(message) ? message.map(jsonRpc) : jsonRpc(message))
    return this.#fetch(this.#url, { method: 'POST', headers: this.headers, body, ...(signal && { signal }) })
  }

  /** Calls a tool; resolves with the HTTP answer as soon as it begins. */
  call(name: string, args: object = {}, signal?: AbortSignal): Promise<Response> {
    const id = ++this.#asked
    const params = { name, arguments: args, _meta: { progressToken: id } }
    return this.post({ id, method: 'tools/call', params }, signal)
  }

  /** Reads the standalone stream, or with `lastEventId` what followed it. */
  get(lastEventId?: string, signal?: AbortSignal): Promise<Response> {
    const headers = {
      ...this.headers,
      accept: 'text/event-stream',
      ...(lastEventId && { 'last-event-id': lastEventId })
    }
    return this.#fetch(this.#url, { method: 'GET', headers, ...(signal && { signal }) })
  }

  /** Ends the session. */
  delete(): Promise<Response> {
    return this.#fetch(this.#url, { method: 'DELETE', headers: this.headers })
  }

  /**
   * Reads a stream until `isLast` holds of an event, coming back as often as its connection ends before; gives every event.
   * @param from the last event that was seen before.
   * @throws {Error} when it cannot come back: the answer's status and body.
   */
  async follow(
    response: Response,
    isLast: (event: SeenEvent) => boolean,
    from?: string
  ): Promise<readonly SeenEvent[]> {
    const seen: SeenEvent[] = []
    let last = from
    for (let current = response; ; current = await this.#comeBack(last)) {
      for await (const event of eventsOf(current)) {
        seen.push(event)
        last = event.id ?? last
        if (isLast(event)) return seen
      }
    }
  }

  async #comeBack(last: string | undefined): Promise<Response> {
    for (;;) {
      await new Promise((resolve) => setTimeout(resolve, COME_BACK_MS))
      const response = await this.get(last).catch(() => undefined)
      if (response?.ok) {
        this.#returns++
        return response
      }
      if (response && response.status !== 503) throw new Error(`${response.status} ${await response.text()}`)
    }
  }

  /** What every request of the session carries. */
  get headers(): Record<string, string> {
    return { ...HEADERS, 'mcp-session-id': this.id, 'mcp-protocol-version': this.revision }
  }
}

const HEADERS = { accept: 'application/json, text/event-stream', 'content-type': 'application/json' }
const COME_BACK_MS = 100

/** The events of an SSE answer, until its connection ends or breaks; of a JSON answer, the one message. */
export async function* eventsOf(response: Response): AsyncGenerator<SeenEvent> {
  if (response.headers.get('content-type')?.startsWith('application/json')) {
    yield { id: undefined, message: (await response.json()) as SeenMessage }
    return
  }
  if (!response.body) return
  const events = response.body.pipeThrough(new TextDecoderStream()).pipeThrough(new EventSourceParserStream())
  try {
    for await (const { id, data } of events as unknown as AsyncIterable<{ id?: string; data: string }>) {
      yield { id, message: data === '' ? undefined : (JSON.parse(data) as SeenMessage) }
    }
  } catch (error) {
    if (!isBroken(error)) throw error
  }
}

/** The connection was cut: by the server's end, or by whoever reads. */
function isBroken(error: unknown): boolean {
  return error instanceof Error && (error.name === 'AbortError' || error.message === 'terminated')
}

function jsonRpc(message: object): object {
  return { jsonrpc: '2.0', ...message }
}
