import type { Headers } from '@scaled-mcp/contracts'
import { type Msg, type MsgHdrs, MsgHdrsImpl } from 'nats'
import type { Packet } from '../transport.ts'

/** A message of the client as a packet. Decodes what is asked for: most replies are a subject and a body. */
export class NatsPacket implements Packet {
  readonly #message: Msg
  #headers: Headers | undefined

  constructor(message: Msg) {
    this.#message = message
  }

  get subject(): string {
    return this.#message.subject
  }

  get reply(): string | undefined {
    return this.#message.reply || undefined
  }

  get body(): Uint8Array {
    return this.#message.data
  }

  get headers(): Headers | undefined {
    const { headers } = this.#message
    if (headers === undefined || headers.keys().length === 0) return undefined
    this.#headers ??= headersOf(headers)
    return this.#headers
  }

  get status(): number | undefined {
    return this.#message.headers?.code || undefined
  }
}

/** The first value of each header. */
export function headersOf(headers: Iterable<[string, string[]]>): Headers {
  const record: Record<string, string> = {}
  for (const [name, values] of headers) record[name] = values[0] ?? ''
  return record
}

/** Headers as the client writes them. The transport has checked them, so nothing is checked again. */
export function natsHeaders(headers: Headers): MsgHdrs {
  const record: Record<string, string[]> = {}
  for (const name in headers) record[name] = [headers[name] as string]
  return MsgHdrsImpl.fromRecord(record)
}
