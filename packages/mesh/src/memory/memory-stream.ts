import { ScaledMcpError } from '@scaled-mcp/contracts'
import { maxBodyOf } from '../header-block.ts'
import type { Append, Appended, ReadOptions, StoredMessage, Stream } from '../stream.ts'
import type { MemoryTransport } from './memory-transport.ts'
import type { StoredSubjects } from './stored-subjects.ts'

const NO_BODY = new Uint8Array(0)

/** A stream as one connection sees it: every call goes to the broker and back, and fails as the connection does. */
export class MemoryStream implements Stream {
  readonly #transport: MemoryTransport
  readonly #stored: StoredSubjects

  constructor(transport: MemoryTransport, stored: StoredSubjects) {
    this.#transport = transport
    this.#stored = stored
  }

  async append(append: Append): Promise<Appended> {
    const { byteLength } = append.body
    const limit = maxBodyOf(this.#transport.maxPayload)
    if (byteLength > limit) throw new ScaledMcpError('ValueTooLarge', `${byteLength} bytes, of ${limit}`)
    return this.#transport.atStore(() => this.#stored.append(append))
  }

  last(subject: string): Promise<StoredMessage | undefined> {
    return this.#transport.atStore(() => copied(this.#stored.last(subject)))
  }

  next(subject: string, from: number): Promise<StoredMessage | undefined> {
    return this.#transport.atStore(() => copied(this.#stored.next(subject, from)))
  }

  async newest(pattern: string, receive: (message: StoredMessage) => void, options: ReadOptions): Promise<void> {
    const messages = await this.#transport.atStore(() => this.#stored.newest(pattern))
    for (const message of messages) receive(options.headersOnly ? { ...message, body: NO_BODY } : copied(message))
  }

  purge(subject: string): Promise<void> {
    return this.#transport.atStore(() => this.#stored.purge(subject))
  }
}

/** Readers may do what they like with what they read. */
function copied<T extends StoredMessage | undefined>(message: T): T {
  return message && { ...message, body: new Uint8Array(message.body) }
}
