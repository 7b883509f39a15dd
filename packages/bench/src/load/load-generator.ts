import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { programOf } from '../sides/side.ts'
import type { LoadOrder, LoadReply } from './load-order.ts'
import type { LoadResult } from './load-result.ts'

/** The process that makes the load. Takes one order at a time. */
export class LoadGenerator {
  readonly #process: ChildProcess
  readonly #ended: Promise<never>

  constructor() {
    this.#process = fork(programOf('load/generate-load'))
    this.#ended = endOf(this.#process)
    this.#ended.catch(() => undefined) // it is told to whoever has an order running
  }

  /** Rejects when a server gave a wrong answer, or none. */
  async run(order: LoadOrder): Promise<LoadResult> {
    const replied = once(this.#process, 'message') as Promise<[LoadReply]>
    this.#process.send(order)
    const [reply] = await Promise.race([replied, this.#ended])
    if ('error' in reply) throw new Error(reply.error)
    return reply.result
  }

  stop(): void {
    this.#process.kill()
  }
}

async function endOf(process: ChildProcess): Promise<never> {
  await once(process, 'exit')
  throw new Error('the load generator has ended')
}
