/**
 * A client's session that counts on its worker, and knows what the next answer has to be.
 *
 * What was acknowledged must be in every later count: a smaller one is lost state. A call whose outcome is not known may
 * have counted, once: a larger one than that allows was run twice.
 */
import { HttpConnection } from '../load/http-connection.ts'
import { messageIn } from '../load/mcp-caller.ts'
import { INITIALIZED, initializeText, REVISION } from '../load/mcp-opening.ts'

const COMMON = 'content-type: application/json\r\naccept: application/json, text/event-stream\r\n'
const SESSION_HEADER = 'mcp-session-id'

/** What became of one call. */
export type Outcome =
  | 'counted'
  /** The count lacks what had been acknowledged. */
  | 'lost-state'
  /** The count has more than was ever asked for. */
  | 'ran-twice'
  /** A JSON-RPC error says that it may have run. */
  | 'interrupted'
  /** It did not run and may be asked again: 429, 503 or 504. */
  | 'refused'
  /** 404: the session is gone. */
  | 'not-found'
  /** Anything else. */
  | 'failed'

interface Answer {
  readonly result?: { readonly content: readonly [{ readonly text: string }] }
  readonly error?: { readonly data?: { readonly reason?: string } }
}

const REFUSALS: readonly number[] = [429, 503, 504]

export class CountingSession {
  readonly id: string
  readonly #connection: HttpConnection
  readonly #headers: string
  #acknowledged = 0
  /** Calls since the last acknowledged one that may have counted. */
  #unknown = 0
  #lastId = 0

  private constructor(connection: HttpConnection, id: string) {
    this.#connection = connection
    this.id = id
    this.#headers = `${COMMON}mcp-protocol-version: ${REVISION}\r\n${SESSION_HEADER}: ${id}\r\n`
  }

  /** Opens a session at `url`, on a connection of its own. Rejects unless it is a session. */
  static async open(url: string): Promise<CountingSession> {
    const connection = new HttpConnection(new URL(url))
    const { status, headers, body } = await connection.post(COMMON, initializeText(0))
    const id = headers.get(SESSION_HEADER)
    if (id === undefined) throw new Error(`no session was opened: ${status} ${body.slice(0, 300)}`)
    const session = new CountingSession(connection, id)
    await connection.post(session.#headers, INITIALIZED)
    return session
  }

  /** Counts once. */
  async count(): Promise<Outcome> {
    const params = '{"name":"increment","arguments":{}}'
    const call = `{"jsonrpc":"2.0","id":${++this.#lastId},"method":"tools/call","params":${params}}`
    const answer = await this.#connection.post(this.#headers, call)
    if (answer.status === 404) return 'not-found'
    if (REFUSALS.includes(answer.status)) return 'refused'
    return this.#judge((messageIn(answer) ?? {}) as Answer)
  }

  disconnect(): void {
    this.#connection.close()
  }

  #judge({ result, error }: Answer): Outcome {
    if (error?.data?.reason === 'session_moved') {
      this.#unknown++
      return 'interrupted'
    }
    if (!result) return 'failed'
    const count = Number(result.content[0].text)
    const [least, most] = [this.#acknowledged + 1, this.#acknowledged + 1 + this.#unknown]
    this.#acknowledged = count
    this.#unknown = 0
    if (count < least) return 'lost-state'
    return count > most ? 'ran-twice' : 'counted'
  }
}
