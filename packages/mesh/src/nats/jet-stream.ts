/**
 * The JetStream API as questions on our own wire: one inbox and one set of failures for everything, and no permission
 * beyond the process's own reply subject.
 */
import { ScaledMcpError } from '@scaled-mcp/contracts'
import type { Message, Wire } from '../wire.ts'

/** How long one answer may take. Callers that may ask again do. */
const ANSWER_MS = 900
/** A change of the cluster's layout needs agreement of its servers. */
const CREATE_MS = 10_000

/** Refusals that callers handle, by the server's `err_code`. */
export const refusal = {
  wrongLastSequence: 10071,
  wrongLastSequenceLater: 10164,
  duplicateInProcess: 10158,
  messageTooLarge: 10054,
  messageNotFound: 10037,
  streamNotFound: 10059
} as const

interface ApiError {
  readonly code: number
  readonly err_code: number
  readonly description: string
}

/** The server's no. */
export class JetStreamRefusal extends Error {
  readonly status: number
  readonly code: number

  constructor({ code, err_code, description }: ApiError) {
    super(`JetStream: ${description} (${err_code})`)
    this.name = 'JetStreamRefusal'
    this.status = code
    this.code = err_code
  }
}

export class JetStream {
  readonly #wire: Wire

  constructor(wire: Wire) {
    this.#wire = wire
  }

  /**
   * Calls an API verb, such as `STREAM.INFO.MCP_OUT`.
   * @throws JetStreamRefusal. @throws StoreUnavailable when JetStream cannot serve now. @throws as `Wire.ask` does.
   */
  call<T>(verb: string, request: object): Promise<T> {
    return this.publish(`$JS.API.${verb}`, { body: Buffer.from(JSON.stringify(request)) })
  }

  /** As {@link call}, for verbs that create or change streams. */
  async change<T>(verb: string, request: object): Promise<T> {
    const body = Buffer.from(JSON.stringify(request))
    return answerOf(await this.#wire.ask(`$JS.API.${verb}`, { body }, { timeoutMs: CREATE_MS }))
  }

  /** Publishes to a stream's subject; the answer is the acknowledgement. @throws as {@link call}. */
  async publish<T>(subject: string, message: Message): Promise<T> {
    return answerOf(await this.#wire.ask(subject, message, { timeoutMs: ANSWER_MS }))
  }
}

function answerOf<T>({ body }: Message): T {
  const answer = JSON.parse(Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString()) as T & {
    readonly error?: ApiError
  }
  if (answer.error === undefined) return answer
  const cause = new JetStreamRefusal(answer.error)
  if (answer.error.code === 503) throw new ScaledMcpError('StoreUnavailable', answer.error.description, { cause })
  throw cause
}
