import { ScaledMcpError } from '@scaled-mcp/contracts'
import type { Clock } from './clock.ts'
import { maxBodyOf } from './header-block.ts'
import { ReplyMux } from './reply-mux.ts'
import { ServedSubject } from './served-subject.ts'
import { SingleAnswer } from './single-answer.ts'
import type { OnError, Transport } from './transport.ts'
import type { AskOptions, Delivery, Exchange, FrameReceiver, Message, Serving, Wire } from './wire.ts'

export interface MuxWireComponents {
  readonly transport: Transport
  readonly clock: Clock
  /** Told of what handlers and receivers throw. */
  readonly onError: OnError
}

/** The one wire, over any transport. */
export class MuxWire implements Wire {
  readonly #components: MuxWireComponents
  readonly #transport: Transport
  readonly #mux: ReplyMux

  /** @param inbox subject that this process's replies come to, one token below it. */
  constructor(components: MuxWireComponents, inbox: string) {
    this.#components = components
    this.#transport = components.transport
    this.#mux = new ReplyMux(components, inbox)
  }

  get connected(): boolean {
    return this.#transport.connected
  }

  get maxBodyBytes(): number {
    return maxBodyOf(this.#transport.maxPayload)
  }

  tell(subject: string, { headers, body }: Message): void {
    this.#assertSendable(body)
    this.#transport.publish({ subject, headers, body })
  }

  ask(subject: string, message: Message, options?: AskOptions): Promise<Message> {
    return new Promise((resolve, reject) => {
      const answer = new SingleAnswer(resolve, reject)
      answer.exchange = this.askStream(subject, message, answer, options)
    })
  }

  askStream(subject: string, message: Message, receiver: FrameReceiver, options?: AskOptions): Exchange {
    this.#assertSendable(message.body)
    return this.#mux.ask({ subject, headers: message.headers, body: message.body }, receiver, options)
  }

  serve(subject: string, handler: (delivery: Delivery) => void): Serving {
    return new ServedSubject(this.#components, { subject, handler })
  }

  flush(): Promise<void> {
    return this.#transport.flush()
  }

  onConnection(listener: (connected: boolean) => void): () => void {
    return this.#transport.onConnection({ lost: () => listener(false), restored: () => listener(true) })
  }

  abandon(pattern: string, error: Error): void {
    this.#mux.abandon(pattern, error)
  }

  doubt(pattern: string, error: Error): void {
    this.#mux.doubt(pattern, error)
  }

  stop(): void {
    this.#mux.stop()
  }

  #assertSendable(body: Uint8Array): void {
    if (body.byteLength <= this.maxBodyBytes) return
    throw new ScaledMcpError('PayloadTooLarge', `${body.byteLength} bytes, of ${this.maxBodyBytes}`)
  }
}
