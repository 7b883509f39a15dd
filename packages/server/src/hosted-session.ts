import { ScaledMcpError } from '@scaled-mcp/contracts'
import type { Logger } from './logger.ts'
import type { StatefulSession } from './session.ts'
import type { SessionState } from './session-state.ts'

/** Shared, as most sessions register nothing. */
const NONE: readonly never[] = []

/** The session a server author is given, and what they registered to be told of. */
export class HostedSession implements StatefulSession<unknown> {
  readonly id: string
  /** Undefined for a definition without `state`, whose type does not show it. */
  readonly state: SessionState<unknown>
  #passivate: readonly (() => void | Promise<void>)[] = NONE
  #take: (() => unknown) | undefined
  #hear: ((message: unknown) => void | Promise<void>) | undefined
  #bring: ((snapshot: unknown) => void | Promise<void>) | undefined

  constructor(id: string, state: SessionState<unknown> | undefined) {
    this.id = id
    this.state = state as SessionState<unknown>
  }

  onSnapshot(take: () => unknown): void {
    this.#take = take
  }

  onRestore(bring: (snapshot: unknown) => void | Promise<void>): void {
    this.#bring = bring
  }

  onMessage(hear: (message: unknown) => void | Promise<void>): void {
    this.#hear = hear
  }

  onPassivate(run: () => void | Promise<void>): void {
    this.#passivate = [...this.#passivate, run]
  }

  /** What the author wants kept; undefined for nothing. */
  snapshot(): unknown {
    return this.#take?.()
  }

  /** What the handler throws is the author's. @throws ScaledMcpError `ActorFailed` when there is none. */
  async hear(message: unknown, logger: Logger): Promise<void> {
    if (!this.#hear) throw new ScaledMcpError('ActorFailed', 'the session hears no messages: it has no onMessage')
    try {
      await this.#hear(message)
    } catch (error) {
      logger.error({ error, session: this.id }, 'an onMessage handler failed')
    }
  }

  async restore(snapshot: unknown): Promise<void> {
    await this.#bring?.(snapshot)
  }

  /** Runs every hook once; one that fails does not keep the others from running. */
  async passivate(logger: Logger): Promise<void> {
    const runs = this.#passivate
    this.#passivate = NONE
    for (const run of runs) {
      try {
        await run()
      } catch (error) {
        logger.error({ error, session: this.id }, 'an onPassivate hook failed')
      }
    }
  }
}
