/** One client that calls the echo tool, again and again, and looks at every answer. */
import { FIXED_ANSWER } from '../servers/fixed-answer.ts'
import type { HttpAnswer, HttpConnection } from './http-connection.ts'
import { INITIALIZED, initializeText, REVISION } from './mcp-opening.ts'

const COMMON = 'content-type: application/json\r\naccept: application/json, text/event-stream\r\n'
const SESSION_HEADER = 'mcp-session-id'

interface ToolAnswer {
  readonly id?: unknown
  readonly result?: { readonly content?: readonly [{ readonly text?: unknown }] }
}

export class McpCaller {
  readonly #connection: HttpConnection
  #headers = `${COMMON}mcp-protocol-version: ${REVISION}\r\n`
  #lastId = 0

  /** @param connection may be shared by callers that take turns. */
  constructor(connection: HttpConnection) {
    this.#connection = connection
  }

  /** Of a request of the session: lines, each with its line break. */
  get headers(): string {
    return this.#headers
  }

  /** Opens the session, as a client does: `initialize`, then `notifications/initialized`. */
  async open(): Promise<void> {
    const answer = await this.#connection.post(COMMON, initializeText(++this.#lastId))
    const { id, result } = (messageIn(answer) ?? {}) as { readonly id?: unknown; readonly result?: unknown }
    if (answer.status !== 200 || id !== this.#lastId || !result) throw wrong('initialize', answer)
    const session = answer.headers.get(SESSION_HEADER)
    if (session !== undefined) this.#headers += `${SESSION_HEADER}: ${session}\r\n`
    const accepted = await this.#connection.post(this.#headers, INITIALIZED)
    if (accepted.status !== 202) throw wrong('notifications/initialized', accepted)
  }

  /** Calls the tool with a text of its own. Rejects unless that text comes back, under the call's id. */
  async call(): Promise<void> {
    const id = ++this.#lastId
    const answer = await this.#callTool(id, `text ${id}`)
    const message = messageIn(answer) as ToolAnswer | undefined
    if (message?.id !== id || message.result?.content?.[0].text !== `text ${id}`) throw wrong('tools/call', answer)
  }

  /** The same call of a server that answers everything with {@link FIXED_ANSWER}. */
  async callFixed(): Promise<void> {
    const answer = await this.#callTool(++this.#lastId, `text ${this.#lastId}`)
    const message = messageIn(answer) as ToolAnswer | undefined
    if (message?.id !== FIXED_ANSWER.id || message.result === undefined) throw wrong('tools/call', answer)
  }

  /** Ends the connection and leaves the session alive. */
  disconnect(): void {
    this.#connection.close()
  }

  #callTool(id: number, text: string): Promise<HttpAnswer> {
    const params = `{"name":"echo","arguments":{"text":"${text}"}}`
    return this.#connection.post(this.#headers, `{"jsonrpc":"2.0","id":${id},"method":"tools/call","params":${params}}`)
  }
}

/** The first JSON-RPC message of an answer, in either form; undefined when there is none. */
export function messageIn({ headers, body }: HttpAnswer): unknown {
  const type = headers.get('content-type') ?? ''
  if (type.startsWith('application/json')) return JSON.parse(body)
  const data = type.startsWith('text/event-stream') ? body.indexOf('data: {') : -1
  return data < 0 ? undefined : JSON.parse(body.slice(data + 'data: '.length, body.indexOf('\n', data)))
}

function wrong(method: string, { status, body }: HttpAnswer): Error {
  return new Error(`wrong answer to ${method}: ${status} ${body.slice(0, 300)}`)
}
