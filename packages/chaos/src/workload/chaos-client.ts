import { setTimeout as delay } from 'node:timers/promises'
import { RawSession } from '@scaled-mcp/testkit'
import type { History } from '../history.ts'
import { ChaosSession, ended } from './chaos-session.ts'
import { closeShared } from './closing.ts'
import type { SharedActors } from './shared-actors.ts'

export interface ChaosClientInit {
  readonly nth: number
  /** Where the gateways are. */
  readonly urls: readonly [string, ...string[]]
  /** What all clients use. */
  readonly shared: SharedActors
}

/** Deeds of one session; then it ends, and another begins. */
const DEEDS = 120
const AGAIN_MS = 100
const PAUSE_MS = 20
/** Now and then it is away for long enough that its session leaves memory. */
const AWAY = { chance: 0.01, ms: 3_000 }

/** Chances of a hundred. What is left reads the list. */
const MIX = [
  { until: 45, deed: 'append' },
  { until: 62, deed: 'put' },
  { until: 67, deed: 'follow' },
  { until: 77, deed: 'enter' },
  { until: 82, deed: 'read' },
  { until: 86, deed: 'retire' },
  { until: 100, deed: 'list' }
] as const

/** A client that uses one session after the other, as long as the run goes on. */
export class ChaosClient {
  readonly #history: History
  readonly #init: ChaosClientInit
  #session: ChaosSession | undefined
  #sessions = 0

  constructor(history: History, init: ChaosClientInit) {
    this.#history = history
    this.#init = init
  }

  /** The id of its session, when it has one. */
  get session(): string | undefined {
    return this.#session?.id
  }

  /** Until `over`; its last session is ended then. */
  async run(over: AbortSignal): Promise<void> {
    while (!over.aborted) {
      const session = await this.#open()
      if (session) await this.#use(session, over)
      else await delay(AGAIN_MS)
    }
  }

  /** Reads and ends, in a session of its own, what the clients have shared. */
  async close(): Promise<void> {
    let session: ChaosSession | undefined
    while (!session) {
      session = await this.#open()
      if (!session) await delay(AGAIN_MS)
    }
    await closeShared(this.#init.shared, session)
    await session.finish()
  }

  async #use(session: ChaosSession, over: AbortSignal): Promise<void> {
    this.#session = session
    await session.listen()
    for (let done = 0; done < DEEDS && !over.aborted; done++) {
      await session[anyDeed()]()
      await delay(Math.random() < AWAY.chance ? AWAY.ms : Math.random() * 2 * PAUSE_MS)
    }
    await session.finish()
    this.#session = undefined
  }

  async #open(): Promise<ChaosSession | undefined> {
    const { nth, urls, shared } = this.#init
    const { op } = this.#history.invoke({ client: nth, f: 'open' })
    let opened: RawSession | undefined
    const ending = await ended(async () => {
      opened = await RawSession.open(urls)
      return { type: 'ok' }
    })
    this.#history.add({ client: nth, f: 'open', op, ...ending, ...(opened && { session: opened.id }) })
    return (
      opened && new ChaosSession(opened, this.#history, { client: nth, name: `${nth}.${++this.#sessions}`, shared })
    )
  }
}

function anyDeed(): (typeof MIX)[number]['deed'] {
  const chance = Math.random() * 100
  return (MIX.find(({ until }) => chance < until) ?? MIX[0]).deed
}
