import { header } from '@scaled-mcp/contracts'
import type { Frame, FrameReceiver } from '@scaled-mcp/mesh'
import type { GatewayProcess } from '../cluster/gateway-process.ts'

/** One event of a stream as its client reads it, or the one JSON answer, which has no id. */
export interface ReadEvent {
  readonly id: string | undefined
  /** Empty: it only says from where to come back. */
  readonly body: Uint8Array
}

/** What a client learns from one connection. Nothing more after it has refused or closed. */
export interface ConnectionListener {
  /** The HTTP answer has begun. */
  opened(): void
  event(event: ReadEvent): void
  /** It is over, with an error: of a GET its status, of a POST the answer. */
  refused(error: Error): void
  /** It is over. */
  closed(): void
  /** The gateway has died. */
  broken(): void
}

export interface EventConnectionComponents {
  readonly gateway: GatewayProcess
  readonly listener: ConnectionListener
}

export interface EventConnectionInit {
  readonly method: 'POST' | 'GET'
}

/** One HTTP request whose answer may be an event stream: frames as PostAnswer, StreamReading and EventStream write them. */
export class EventConnection implements FrameReceiver {
  readonly #components: EventConnectionComponents
  readonly #method: EventConnectionInit['method']
  #isOpen = false
  #isOver = false

  constructor(components: EventConnectionComponents, { method }: EventConnectionInit) {
    this.#components = components
    this.#method = method
    components.gateway.process.onDeath(() => this.#end((listener) => listener.broken()))
  }

  frame({ headers, body, last }: Frame): void {
    if (this.#isOver) return
    const { listener } = this.#components
    const isJson = this.#method === 'POST' && !this.#isOpen && last
    this.#open()
    const id = isJson ? undefined : headers?.[header.event]
    const isPriming = id !== undefined && headers?.[header.retry] !== undefined
    if (body.length > 0 || isPriming) listener.event({ id, body })
    if (last) this.#end(() => listener.closed())
  }

  failed(error: Error): void {
    const isAnswered = this.#method === 'POST' || !this.#isOpen
    this.#end((listener) => (isAnswered ? listener.refused(error) : listener.closed()))
  }

  /** The client hears nothing more of it, whatever is sent. */
  leave(): void {
    this.#isOver = true
  }

  #open(): void {
    if (this.#isOpen) return
    this.#isOpen = true
    this.#components.listener.opened()
  }

  #end(tell: (listener: ConnectionListener) => void): void {
    if (this.#isOver) return
    this.#isOver = true
    tell(this.#components.listener)
  }
}
