import { ScaledMcpError } from '@scaled-mcp/contracts'

/** What nearly every client sends, in both orders; anything else is parsed. */
const usual = new Set(['application/json, text/event-stream', 'text/event-stream, application/json'])

/**
 * A POST must accept both forms of answer, since the server chooses (MCP 2025-11-25, Transports, "Sending Messages").
 * @throws ScaledMcpError `NotAcceptable`.
 */
export function requireBothForms(accept: string | undefined): void {
  if (accept !== undefined && usual.has(accept)) return
  const types = (accept ?? '').split(',').map((part) => part.split(';', 1)[0]?.trim().toLowerCase())
  if (!types.includes('application/json') || !types.includes('text/event-stream'))
    throw new ScaledMcpError('NotAcceptable')
}
