import { hasCode, type Subjects, statusOf } from '@scaled-mcp/contracts'
import type { Reply, Wire } from '@scaled-mcp/mesh'

export interface ReaderProbeComponents {
  readonly wire: Wire
  readonly subjects: Subjects
}

/** A gateway that does not answer within this time holds no stream that anybody would miss. */
const ANSWER_MS = 2_000

/** Finds out whether the client behind an open stream still seems to read, from the gateway that holds its socket. */
export class ReaderProbe {
  readonly #components: ReaderProbeComponents

  constructor(components: ReaderProbeComponents) {
    this.#components = components
  }

  /** Rejects with `NotDelivered` or `ConnectionLost` when this process cannot ask. */
  readonly isReading = async ({ id }: Reply): Promise<boolean> => {
    const { wire, subjects } = this.#components
    const subject = subjects.control('gateway', subjects.processOfReply(id), 'reading')
    try {
      const answer = await wire.ask(subject, { body: Buffer.from(id) }, { timeoutMs: ANSWER_MS })
      return statusOf(answer.headers) === 'ok'
    } catch (error) {
      if (hasCode(error, 'NoResponders', 'DeadlineExceeded')) return false
      throw error
    }
  }
}
