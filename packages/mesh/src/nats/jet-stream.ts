/**
 * The JetStream API as questions on our own wire: one inbox and one set of failures for everything, and no permission
 * beyond the process's own reply subject.
 */
import { hasCode, ScaledMcpError } from '@scaled-mcp/contracts'
import type { Message, Wire } from '../wire.ts'

/** How long one answer may take. Callers that may ask again do. */
const ANSWER_MS = 900
/** A change of the cluster's layout needs agreement of its servers. */
const CHANGE_MS = 10_000

/** Refusals that callers handle, by the server's `err_code`. All others may pass, as 10158: "id is in process". */
export const refusal = {
  wrongLastSequence: 10071,
  wrongLastSequenceLater: 10164,
  messageTooLarge: 10054,
  messageNotFound: 10037,
  streamNotFound: 10059
} as const

interface ApiError {
  readonly err_code: number
  readonly description: string
}

/** The server's no, as the cause of an error. */
class JetStreamRefusal extends Error {
  readonly code: number

  constructor({ err_code, description }: ApiError) {
    super(`JetStream: ${description} (${err_code})`)
    this.name = 'JetStreamRefusal'
    this.code = err_code
  }
}

/** The server's `err_code`, when `error` is its refusal. */
export function refusalOf(error: unknown): number | undefined {
  const cause = error instanceof ScaledMcpError ? error.cause : undefined
  return cause instanceof JetStreamRefusal ? cause.code : undefined
}

export class JetStream {
  readonly #wire: Wire

  constructor(wire: Wire) {
    this.#wire = wire
  }

  /**
   * Calls an API verb, such as `STREAM.INFO.MCP_OUT`.
   * @throws StoreUnavailable when JetStream refuses ({@link refusalOf} says why) or is off. @throws as `Wire.ask` does.
   */
  call<T>(verb: string, request: object): Promise<T> {
    return this.#call(verb, request, ANSWER_MS)
  }

  /** As {@link call}, for verbs that create or change streams. */
  change<T>(verb: string, request: object): Promise<T> {
    return this.#call(verb, request, CHANGE_MS)
  }

  /** Publishes to a stream's subject; the answer is the acknowledgement. @throws as {@link call}. */
  async publish<T>(subject: string, message: Message): Promise<T> {
    return answerOf(await this.#wire.ask(subject, message, { timeoutMs: ANSWER_MS }))
  }

  async #call<T>(verb: string, request: object, timeoutMs: number): Promise<T> {
    const body = Buffer.from(JSON.stringify(request))
    return answerOf(await this.#wire.ask(`$JS.API.${verb}`, { body }, { timeoutMs }).catch(absent))
  }
}

function absent(cause: unknown): never {
  if (!hasCode(cause, 'NoResponders')) throw cause
  throw new ScaledMcpError('StoreUnavailable', 'JetStream is not there; is it enabled?', { cause })
}

function answerOf<T>({ body }: Message): T {
  const answer = JSON.parse(new TextDecoder().decode(body)) as T & { readonly error?: ApiError }
  if (answer.error === undefined) return answer
  const cause = new JetStreamRefusal(answer.error)
  throw new ScaledMcpError('StoreUnavailable', cause.message, { cause })
}
