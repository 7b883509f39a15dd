/** How a message between actors travels: its value as JSON text, and what travels with it as headers. */
import { ActorError, type ActorErrorCode, type MessageContext } from '@scaled-mcp/actor'
import { errorHeaders, type Headers, header, jsonText, NotJson, ScaledMcpError } from '@scaled-mcp/contracts'
import type { Message } from '@scaled-mcp/mesh'

/** Of undefined, which JSON has no text for. */
const NOTHING = new Uint8Array()

/**
 * A question as it travels.
 * @param to whom it is for, for the error.
 * @throws ActorError `MessageNotSerialisable` naming the first place that JSON cannot carry.
 */
export function encodeAsk(to: string, value: unknown, context: MessageContext): Message {
  return { body: encoded(to, value), headers: contextHeaders(context, header.deadline) }
}

/** As {@link encodeAsk}, for a message that nobody waits for: it is not too late when the deadline has passed. */
export function encodeTell(to: string, value: unknown, context: MessageContext): Message {
  return { body: encoded(to, value), headers: contextHeaders(context, header.workDeadline) }
}

/** The value that was encoded. */
export function decodeValue({ body }: Message): unknown {
  if (body.byteLength === 0) return undefined
  return JSON.parse(Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString())
}

/** What travelled with a message. */
export function contextOf(headers: Headers | undefined): MessageContext {
  if (!headers) return {}
  const deadline = headers[header.deadline] ?? headers[header.workDeadline]
  return {
    deadline: deadline === undefined ? undefined : Number(deadline),
    trace: headers[header.trace],
    principal: headers[header.principal],
    sender: headers[header.sender],
    lane: headers[header.lane] as MessageContext['lane']
  }
}

/** What an actor answers, as it travels. @throws ActorError `MessageNotSerialisable`. */
export function encodeAnswer(from: string, answer: unknown): Message {
  return { body: encoded(from, answer) }
}

/** What an actor threw, as it travels: name, message and code; never the stack. */
export function encodeFailure(error: unknown): Message {
  const { name, message } = error instanceof Error ? error : { name: 'Error', message: String(error) }
  const code = error instanceof Error ? (error as { readonly code?: unknown }).code : undefined
  const failure = { name, message, ...(typeof code === 'string' && { code }) }
  return {
    body: Buffer.from(JSON.stringify(failure)),
    headers: errorHeaders(new ScaledMcpError('ActorFailed', message))
  }
}

/** The error that {@link encodeFailure} was given, as far as it travelled. */
export function decodeFailure(message: Message): Error {
  const { name, message: text, code } = decodeValue(message) as Failure
  return Object.assign(new Error(text), { name, ...(code !== undefined && { code }) })
}

interface Failure {
  readonly name: string
  readonly message: string
  readonly code?: string
}

/** What the mesh failed with, in the words of the actor system; what is not of the actors' world stays as it is. */
export function actorErrorOf(name: string, error: unknown): unknown {
  const code = error instanceof ScaledMcpError ? TRANSLATED[error.code] : undefined
  return code ? new ActorError(code, name, { cause: error }) : error
}

const TRANSLATED: { readonly [code: string]: ActorErrorCode } = {
  SessionNotFound: 'ActorNotFound',
  SessionBusy: 'MailboxFull',
  SessionMoved: 'ActorMoved',
  DeadlineExceeded: 'AskTimeout',
  Cancelled: 'Aborted',
  NoWorker: 'ActorUnreachable',
  OwnerUnreachable: 'ActorUnreachable',
  NotDelivered: 'ActorUnreachable',
  StoreUnavailable: 'ActorUnreachable'
}

function encoded(name: string, value: unknown): Uint8Array {
  try {
    const text = jsonText(value)
    return text === undefined ? NOTHING : Buffer.from(text)
  } catch (error) {
    throw error instanceof NotJson ? notSerialisable(name, error) : error
  }
}

function notSerialisable(name: string, cause: NotJson): ActorError {
  return new ActorError('MessageNotSerialisable', `${name}: ${cause.message}`, { cause })
}

/** Only what is there: each header costs time. */
function contextHeaders({ deadline, trace, principal, sender, lane }: MessageContext, until: string): Headers {
  const headers: Record<string, string> = {}
  if (deadline !== undefined && Number.isFinite(deadline)) headers[until] = String(Math.ceil(deadline))
  if (trace !== undefined) headers[header.trace] = trace
  if (principal !== undefined) headers[header.principal] = principal
  if (sender !== undefined) headers[header.sender] = sender
  if (lane !== undefined && lane !== 'client') headers[header.lane] = lane
  return headers
}
