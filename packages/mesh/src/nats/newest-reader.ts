/**
 * Reads the newest message of every subject through a consumer that exists for this reading only. It asks for one batch
 * at a time, so that no reader is flooded, and deletes the consumer at the end; where that fails, the server does so.
 *
 * A consumer goes on with what is stored after it was made, and where messages are replaced meanwhile its count of what is
 * left stays too high (seen on nats-server 2.9.10): by that count alone a reading beside writers might never end. What was
 * there at its beginning comes in the order of sequences, so the first message behind that is the end as well.
 */
import { ScaledMcpError } from '@scaled-mcp/contracts'
import type { Timer } from '../clock.ts'
import type { StoredMessage } from '../stream.ts'
import type { Packet } from '../transport.ts'
import type { NatsStreamComponents, NatsStreamInit } from './nats-stream.ts'

const BATCH = 256
/** How long a batch may take before the reading is given up. */
const BATCH_MS = 5_000
/** How long the server holds the rest of a batch open when records that it counted have been replaced meanwhile. */
const SERVER_WAIT_MS = 500
/** Status of the server's word that nothing is left; and that the rest of a batch did not come. */
const NONE_LEFT = 404
const BATCH_OVER = 408
const NANOS_PER_MS = 1_000_000

export interface NewestReaderInit extends NatsStreamInit {
  readonly pattern: string
  readonly headersOnly: boolean
  readonly receive: (message: StoredMessage) => void
}

interface ConsumerInfo {
  readonly name: string
  readonly num_pending: number
}

interface StreamInfo {
  readonly state: { readonly last_seq: number }
}

interface Settle {
  readonly resolve: () => void
  readonly reject: (error: Error) => void
}

let readings = 0

export class NewestReader {
  readonly #components: NatsStreamComponents
  readonly #init: NewestReaderInit
  readonly #inbox = `read.${++readings}`
  /** Sequence of the last message of the stream when the reading began. */
  #end = 0
  /** Messages of the batch: as many as were asked for, and those that have not come. */
  #asked = 0
  #awaited = 0
  #left = 0
  #settle: Settle | undefined

  constructor(components: NatsStreamComponents, init: NewestReaderInit) {
    this.#components = components
    this.#init = init
  }

  /** @throws as `Stream.newest` does. */
  async read(): Promise<void> {
    const { jetStream, transport } = this.#components
    const { name, inbox } = this.#init
    this.#end = (await jetStream.call<StreamInfo>(`STREAM.INFO.${name}`, {})).state.last_seq
    const consumer = await jetStream.call<ConsumerInfo>(`CONSUMER.CREATE.${name}`, this.#consumer())
    const subscription = transport.subscribe(`${inbox}.${this.#inbox}`, (packet) => this.#accept(packet))
    const lost = (): void => this.#settle?.reject(new ScaledMcpError('ConnectionLost', name))
    const forget = transport.onConnection({ lost, restored: () => undefined })
    try {
      for (this.#left = consumer.num_pending; this.#left > 0; ) await this.#batch(consumer.name)
    } finally {
      forget()
      subscription.stop()
      await jetStream.call(`CONSUMER.DELETE.${name}.${consumer.name}`, {}).catch(() => undefined) // see above
    }
  }

  #consumer(): object {
    const { name, pattern, headersOnly } = this.#init
    const config = {
      deliver_policy: 'last_per_subject',
      ack_policy: 'none',
      filter_subject: pattern,
      headers_only: headersOnly,
      inactive_threshold: 2 * BATCH_MS * NANOS_PER_MS,
      mem_storage: true,
      num_replicas: 1
    }
    return { stream_name: name, config }
  }

  async #batch(consumer: string): Promise<void> {
    const { transport, clock } = this.#components
    const { name, inbox } = this.#init
    const batch = Math.min(BATCH, this.#left)
    const request = { batch, no_wait: true, expires: SERVER_WAIT_MS * NANOS_PER_MS }
    this.#asked = batch
    this.#awaited = batch
    let timer: Timer | undefined
    try {
      await new Promise<void>((resolve, reject) => {
        this.#settle = { resolve, reject }
        timer = clock.after(BATCH_MS, () => reject(new ScaledMcpError('DeadlineExceeded', name)))
        const subject = `$JS.API.CONSUMER.MSG.NEXT.${name}.${consumer}`
        transport.publish({ subject, reply: `${inbox}.${this.#inbox}`, body: Buffer.from(JSON.stringify(request)) })
      })
    } finally {
      timer?.cancel()
    }
  }

  #accept(packet: Packet): void {
    if (packet.status !== undefined) {
      this.#answered(packet.status)
      return
    }
    const { sequence, left } = standing(packet.reply ?? '')
    this.#left = sequence > this.#end ? 0 : left
    this.#awaited--
    if (this.#awaited === 0 || this.#left === 0) this.#settle?.resolve()
    this.#init.receive({ subject: packet.subject, sequence, headers: packet.headers, body: packet.body })
  }

  #answered(status: number): void {
    const isEmpty = this.#awaited === this.#asked
    if (status === NONE_LEFT || (status === BATCH_OVER && isEmpty)) this.#left = 0
    if (status === NONE_LEFT || status === BATCH_OVER) this.#settle?.resolve()
    else this.#settle?.reject(new ScaledMcpError('StoreUnavailable', `reading ${this.#init.name}: status ${status}`))
  }
}

/**
 * What a delivered message's reply subject says: `$JS.ACK.<stream>.<consumer>.<times>.<sequence>.<nth>.<time>.<left>`,
 * on newer servers with domain and account after `ACK` and one token at the end.
 */
function standing(reply: string): { readonly sequence: number; readonly left: number } {
  const tokens = reply.split('.')
  const shift = tokens.length > 9 ? 2 : 0
  return { sequence: Number(tokens[5 + shift]), left: Number(tokens[8 + shift]) }
}
