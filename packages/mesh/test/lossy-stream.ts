import { ScaledMcpError } from '@scaled-mcp/contracts'
import type { Append, Appended, ReadOptions, StoredMessage, Stream } from '../src/stream.ts'

/** What happens to one append: it never arrives; it is applied and its acknowledgement is lost; or the test says. */
export type Fate = 'request lost' | 'acknowledgement lost' | ((append: Append) => Promise<Appended>)

/** A stream whose next appends meet the fates it is given, one each; what comes later goes through. */
export class LossyStream implements Stream {
  readonly appends: Append[] = []
  readonly #stream: Stream
  readonly #fates: Fate[]

  constructor(stream: Stream, fates: readonly Fate[]) {
    this.#stream = stream
    this.#fates = [...fates]
  }

  async append(append: Append): Promise<Appended> {
    this.appends.push(append)
    const fate = this.#fates.shift()
    if (fate === 'request lost') throw new ScaledMcpError('DeadlineExceeded', fate)
    if (typeof fate === 'function') return fate(append)
    const appended = await this.#stream.append(append)
    if (fate === 'acknowledgement lost') throw new ScaledMcpError('DeadlineExceeded', fate)
    return appended
  }

  last(subject: string): Promise<StoredMessage | undefined> {
    return this.#stream.last(subject)
  }

  next(subject: string, from: number): Promise<StoredMessage | undefined> {
    return this.#stream.next(subject, from)
  }

  newest(pattern: string, receive: (message: StoredMessage) => void, options: ReadOptions): Promise<void> {
    return this.#stream.newest(pattern, receive, options)
  }

  purge(subject: string): Promise<void> {
    return this.#stream.purge(subject)
  }
}
