import { ScaledMcpError } from '@scaled-mcp/contracts'

/** A request body as the client wrote it, and what it says. The bytes are what travels on. */
export interface JsonBody {
  readonly bytes: Uint8Array
  readonly value: unknown
}

/** Reads a body once. @throws ScaledMcpError `ParseError`. */
export function parseJsonBody(bytes: Buffer): JsonBody {
  try {
    return { bytes, value: JSON.parse(bytes.toString()) }
  } catch (error) {
    throw notJson(bytes.length === 0 ? 'it is empty' : (error as SyntaxError).message, error)
  }
}

function notJson(why: string, cause: unknown): ScaledMcpError {
  return new ScaledMcpError('ParseError', why, { cause })
}
