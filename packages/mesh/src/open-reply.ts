import { type Headers, header } from '@scaled-mcp/contracts'
import { chunks } from './chunk.ts'
import { maxBodyOf } from './header-block.ts'
import type { Packet, Transport } from './transport.ts'
import type { Message, Reply } from './wire.ts'

export interface OpenReplyComponents {
  readonly transport: Transport
  /** Told once, when it has been answered or cancelled. */
  readonly onDone: (reply: OpenReply) => void
}

/** The responder's end of one question. */
export class OpenReply implements Reply {
  readonly id: string
  /** Where its owner keeps it while it is open. */
  slot: number | undefined
  readonly #components: OpenReplyComponents
  #sequence = 0
  #done = false
  #cancelled = false
  #abort: AbortController | undefined

  constructor(components: OpenReplyComponents, id: string) {
    this.#components = components
    this.id = id
  }

  get isOpen(): boolean {
    return !this.#done
  }

  get signal(): AbortSignal {
    if (!this.#abort) {
      this.#abort = new AbortController()
      if (this.#cancelled) this.#abort.abort()
    }
    return this.#abort.signal
  }

  end(message: Message): void {
    if (this.#done) return
    const headers = this.#sequence === 0 ? message.headers : numbered(message.headers, `${this.#sequence} end`)
    this.#send({ subject: this.id, headers, body: message.body })
    this.#finish()
  }

  frame(message: Message): void {
    if (this.#done) return
    this.#send({ subject: this.id, headers: numbered(message.headers, `${this.#sequence}`), body: message.body })
    this.#sequence++
  }

  cancel(): void {
    if (this.#done) return
    this.#cancelled = true
    this.#abort?.abort()
    this.#finish()
  }

  #send(packet: Packet): void {
    const { transport } = this.#components
    const maxBytes = maxBodyOf(transport.maxPayload)
    if (packet.body.byteLength <= maxBytes) transport.publish(packet)
    else for (const part of chunks(packet, maxBytes)) transport.publish(part)
  }

  #finish(): void {
    this.#done = true
    this.#components.onDone(this)
  }
}

function numbered(headers: Headers | undefined, sequence: string): Headers {
  return { ...headers, [header.stream]: sequence }
}
