import type { Clock, Timer } from '@scaled-mcp/actor'
import { hasCode } from '@scaled-mcp/contracts'
import type { Outlet } from '@scaled-mcp/server'
import { progressOf } from './progress.ts'

export interface AnnouncerComponents {
  readonly clock: Clock
  readonly outlet: Outlet
}

export interface AnnouncerInit {
  /** This life of its server. */
  readonly run: string
  /** How long it waits before each, in milliseconds of its own clock. */
  readonly everyMs: number
}

/** Sends what belongs to no request, for as long as its server lives. */
export class Announcer {
  readonly #components: AnnouncerComponents
  readonly #init: AnnouncerInit
  #told = 0
  #timer: Timer | undefined
  #isStopped = false

  constructor(components: AnnouncerComponents, init: AnnouncerInit) {
    this.#components = components
    this.#init = init
  }

  start(): void {
    if (this.#isStopped) return
    this.#timer = this.#components.clock.after(this.#init.everyMs, () => {
      void this.#announce().then(() => this.start())
    })
  }

  stop(): void {
    this.#isStopped = true
    this.#timer?.cancel()
  }

  async #announce(): Promise<void> {
    const { run } = this.#init
    const message = progressOf(undefined, { run, number: ++this.#told })
    try {
      await this.#components.outlet.send({ text: JSON.stringify(message), message, relatedRequestId: undefined })
    } catch (error) {
      if (!hasCode(error, 'StaleEpoch', 'SessionMoved')) throw error
      this.stop() // the session is not here any more
    }
  }
}
