/** What the sides without MCP answer to every call: as long as the echo tool's real answer. */
export const FIXED_ANSWER = {
  result: { content: [{ type: 'text', text: 'text 12345' }] },
  jsonrpc: '2.0',
  id: 12345
} as const

export const FIXED_BYTES = Buffer.from(JSON.stringify(FIXED_ANSWER))
