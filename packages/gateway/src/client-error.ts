import { STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'
import { type ErrorCode, ScaledMcpError } from '@scaled-mcp/contracts'
import { httpError } from './http-error.ts'

const codes: Readonly<Record<string, ErrorCode>> = {
  HPE_HEADER_OVERFLOW: 'HeadersTooLarge',
  ERR_HTTP_REQUEST_TIMEOUT: 'RequestTimeout'
}

/**
 * Answers what never became a request, and closes: where the next one would begin on this connection nobody knows
 * (RFC 9112, section 9.6). A client that has gone gets no answer.
 */
export function answerClientError({ code }: NodeJS.ErrnoException, socket: Socket): void {
  if (!socket.writable || code === 'ECONNRESET') {
    socket.destroy()
    return
  }
  const { status, body } = httpError(new ScaledMcpError(codes[code ?? ''] ?? 'HttpMalformed'), null)
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    'Connection: close',
    'Content-Type: application/json',
    `Content-Length: ${Buffer.byteLength(body)}`
  ]
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`)
}
