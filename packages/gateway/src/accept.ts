import { ScaledMcpError } from '@scaled-mcp/contracts'

const JSON_TYPE = 'application/json'
const STREAM_TYPE = 'text/event-stream'
/** What nearly every client sends, in both orders; anything else is parsed. */
const usual = new Set([`${JSON_TYPE}, ${STREAM_TYPE}`, `${STREAM_TYPE}, ${JSON_TYPE}`])

/**
 * A POST must accept both forms of answer, since the server chooses (MCP 2025-11-25, Transports, "Sending Messages").
 * @throws ScaledMcpError `NotAcceptable`.
 */
export function requireBothForms(accept: string | undefined): void {
  if (accept !== undefined && usual.has(accept)) return
  const types = typesOf(accept)
  if (!types.includes(JSON_TYPE) || !types.includes(STREAM_TYPE)) throw new ScaledMcpError('NotAcceptable')
}

/**
 * A GET must accept an event stream (MCP 2025-11-25, Transports, "Listening for Messages from the Server").
 * @throws ScaledMcpError `NotAcceptable`.
 */
export function requireEventStream(accept: string | undefined): void {
  if (accept === STREAM_TYPE || typesOf(accept).includes(STREAM_TYPE)) return
  throw new ScaledMcpError('NotAcceptable', 'a GET needs the latter only')
}

function typesOf(accept = ''): readonly (string | undefined)[] {
  return accept.split(',').map((part) => part.split(';', 1)[0]?.trim().toLowerCase())
}
