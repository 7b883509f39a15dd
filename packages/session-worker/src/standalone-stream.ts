/**
 * The stream of what belongs to no request (MCP 2025-11-25, Transports, "Listening for Messages from the Server").
 *
 * A1  What is sent while nobody listens is kept, and the next one who listens gets it, once.
 * A2  Who begins to listen is refused while another one truly does; who resumes takes over, as it was the other one.
 */
import { ScaledMcpError, STANDALONE } from '@scaled-mcp/contracts'
import type { Reply } from '@scaled-mcp/mesh'
import { ClientStream, type ClientStreamComponents, type ClientStreamInit } from './client-stream.ts'
import type { LoggedEvent } from './stream-log.ts'

export interface StandaloneStreamComponents extends ClientStreamComponents {
  /** Whether the client behind an open stream still seems to read. */
  readonly isReading: (reader: Reply) => Promise<boolean>
}

const NOTHING = new Uint8Array()

export class StandaloneStream extends ClientStream {
  readonly #components: StandaloneStreamComponents

  constructor(components: StandaloneStreamComponents, init: Omit<ClientStreamInit, 'name'>) {
    super(components, { ...init, name: STANDALONE })
    this.#components = components
  }

  /** `reader` gets what has waited, and from then on what comes. Rejects with `StreamTaken` (A2), or as the log. */
  async listen(reader: Reply): Promise<void> {
    const former = this.reader
    if (former && (await this.#components.isReading(former))) throw new ScaledMcpError('StreamTaken')
    await this.#components.log.take(async () => {
      if (this.reader && this.reader !== former) throw new ScaledMcpError('StreamTaken') // while the other one was asked
      const waiting = await this.#waiting()
      this.take(reader, 0)
      for (const event of waiting) this.tell(event)
      await this.store('open', NOTHING) // A1: what comes before it has been told
    })
  }

  /** Of a turn of the log. */
  async #waiting(): Promise<readonly LoggedEvent[]> {
    let waiting: LoggedEvent[] = []
    await this.#components.log.read(0, (event) => {
      if (event.stream !== STANDALONE) return
      if (event.kind === 'open') waiting = []
      else if (event.kind === 'waiting') waiting.push(event)
    })
    return waiting
  }
}
