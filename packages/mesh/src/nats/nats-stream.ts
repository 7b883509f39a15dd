import { type Headers, hasCode, ScaledMcpError } from '@scaled-mcp/contracts'
import { MsgHdrsImpl } from 'nats'
import type { Clock } from '../clock.ts'
import type { Append, Appended, ReadOptions, StoredMessage, Stream } from '../stream.ts'
import type { Transport } from '../transport.ts'
import { type JetStream, refusal, refusalOf } from './jet-stream.ts'
import { headersOf } from './nats-packet.ts'
import { NewestReader } from './newest-reader.ts'

const MESSAGE_ID = 'Nats-Msg-Id'
const EXPECTED = 'Nats-Expected-Last-Subject-Sequence'

export interface NatsStreamComponents {
  readonly jetStream: JetStream
  readonly transport: Transport
  readonly clock: Clock
}

export interface NatsStreamInit {
  readonly name: string
  /** Subject below which this process may receive. */
  readonly inbox: string
}

interface Acknowledgement {
  readonly seq: number
  readonly duplicate?: boolean
}

interface GetAnswer {
  readonly message: { readonly subject: string; readonly seq: number; readonly hdrs?: string; readonly data?: string }
}

/** A JetStream stream. Reads go to its leader: direct reads may be answered by a replica that lags. */
export class NatsStream implements Stream {
  readonly #components: NatsStreamComponents
  readonly #init: NatsStreamInit

  constructor(components: NatsStreamComponents, init: NatsStreamInit) {
    this.#components = components
    this.#init = init
  }

  async append({ subject, headers, body, expect, id }: Append): Promise<Appended> {
    const marked = { ...headers, [MESSAGE_ID]: id, [EXPECTED]: String(expect) }
    try {
      const ack = await this.#components.jetStream.publish<Acknowledgement>(subject, { headers: marked, body })
      return { outcome: 'stored', sequence: ack.seq, duplicate: ack.duplicate ?? false }
    } catch (error) {
      return refusedAppend(error)
    }
  }

  last(subject: string): Promise<StoredMessage | undefined> {
    return this.#get({ last_by_subj: subject })
  }

  next(subject: string, from: number): Promise<StoredMessage | undefined> {
    return this.#get({ seq: from, next_by_subj: subject })
  }

  newest(pattern: string, receive: (message: StoredMessage) => void, options: ReadOptions): Promise<void> {
    return new NewestReader(this.#components, { ...this.#init, ...options, pattern, receive }).read()
  }

  async purge(subject: string): Promise<void> {
    await this.#components.jetStream.call(`STREAM.PURGE.${this.#init.name}`, { filter: subject })
  }

  async #get(query: object): Promise<StoredMessage | undefined> {
    const verb = `STREAM.MSG.GET.${this.#init.name}`
    try {
      return stored(await this.#components.jetStream.call<GetAnswer>(verb, query))
    } catch (error) {
      if (refusalOf(error) === refusal.messageNotFound) return undefined
      throw error
    }
  }
}

function refusedAppend(error: unknown): Appended {
  const code = refusalOf(error)
  if (code === refusal.wrongLastSequence || code === refusal.wrongLastSequenceLater) return { outcome: 'conflict' }
  if (code === refusal.messageTooLarge || hasCode(error, 'PayloadTooLarge')) {
    throw new ScaledMcpError('ValueTooLarge', undefined, { cause: error })
  }
  throw error
}

function stored({ message }: GetAnswer): StoredMessage {
  const { subject, seq, hdrs, data } = message
  const headers = hdrs === undefined ? undefined : own(headersOf(MsgHdrsImpl.decode(Buffer.from(hdrs, 'base64'))))
  return { subject, sequence: seq, headers, body: Buffer.from(data ?? '', 'base64') }
}

/** Without what only told the server how to store it. */
function own(headers: Headers): Headers {
  const { [MESSAGE_ID]: _, [EXPECTED]: __, ...rest } = headers
  return rest
}
