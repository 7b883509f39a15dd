/**
 * A run: clients work on an arena's cluster and write down what they see, while it is struck by one fault after the other,
 * each with time to heal. At the end every client reads once more and ends its session, what they have shared is read and
 * ended as well, and the store has to be empty.
 */
import { setTimeout as delay } from 'node:timers/promises'
import { until } from '@scaled-mcp/testkit'
import type { Arena } from './arena/arena.ts'
import type { FaultName } from './arena/faults.ts'
import type { History } from './history.ts'
import { ChaosClient } from './workload/chaos-client.ts'
import { SharedActors } from './workload/shared-actors.ts'

export interface ChaosOptions {
  readonly seconds: number
  readonly clients: number
  /** Only these. Default: all that can be made. */
  readonly faults?: readonly FaultName[]
}

/** What is wrong in the store after the run; empty: nothing. */
export type Orphans = readonly string[]

/** After which the next fault comes. */
const QUIET_MS = 1_500
/** Longer than a session lives that nobody knows of, and what is left of one is kept. */
const EMPTY_MS = 60_000
const STREAMS = ['KV_MCP_DIR', 'KV_MCP_STATE', 'MCP_OUT']

/** Runs; `onStrike` is told of each fault. Resolves with what was left behind. */
export async function runChaos(
  arena: Arena,
  history: History,
  { seconds, clients: count, faults = arena.faults }: ChaosOptions,
  onStrike: (fault: FaultName) => void
): Promise<Orphans> {
  const over = new AbortController()
  const shared = new SharedActors()
  const { urls } = arena
  const clients = Array.from({ length: count }, (_, nth) => new ChaosClient(history, { nth, urls, shared }))
  const working = Promise.all(clients.map((client) => client.run(over.signal)))
  const end = performance.now() + seconds * 1_000
  await delay(QUIET_MS)
  for (let strike = 0; performance.now() < end; strike++) {
    const f = faults[strike % faults.length] as FaultName
    onStrike(f)
    const sessions = clients.flatMap(({ session }) => session ?? [])
    await strikeOnce(arena, history, { strike, f, sessions })
    await delay(QUIET_MS)
  }
  over.abort()
  await working
  await new ChaosClient(history, { nth: count, urls, shared }).close()
  return orphans(arena)
}

interface Round {
  readonly strike: number
  readonly f: FaultName
  /** That clients have. */
  readonly sessions: readonly string[]
}

async function strikeOnce(arena: Arena, history: History, { strike, f, sessions }: Round): Promise<void> {
  const candidates = [...(await ownersOf(arena, sessions)).values()]
  const { victim, strike: begin } = await arena.aim(f, candidates[Math.floor(Math.random() * candidates.length)])
  const owners = [...(await ownersOf(arena, sessions))]
  const isStruck = (owner: string) => victim === undefined || owner === victim
  const struck = owners.filter(([, owner]) => isStruck(owner)).map(([session]) => session)
  const spared = owners.filter(([, owner]) => !isStruck(owner)).map(([session]) => session)
  history.add({ type: 'strike', strike, f, struck, spared, ...(victim !== undefined && { victim }) })
  await begin()
  history.add({ type: 'healed', strike })
}

/** The owner of each session that has one; those that are ending or idle in the store have none. */
async function ownersOf({ records }: Arena, sessions: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const entries = await Promise.all(sessions.map((session) => records.findEntry(session)))
  const owned = sessions.flatMap((session, i) => {
    const { owner, why = 'ended' } = entries[i] ?? {}
    return owner !== undefined && ['new', 'takeover'].includes(why) ? [[session, owner] as const] : []
  })
  return new Map(owned)
}

/** Waits until nothing is left of any session, and gives what is left all the same. */
async function orphans({ records }: Arena): Promise<Orphans> {
  const left = async () => {
    const held = await Promise.all(STREAMS.map((stream) => records.heldBy(stream)))
    return held.flatMap(({ messages, consumers }, i) =>
      messages + consumers === 0 ? [] : [`${STREAMS[i]}: ${messages} messages, ${consumers} consumers`]
    )
  }
  const isEmpty = async () => (await left()).length === 0
  return until(isEmpty, { timeoutMs: EMPTY_MS }).then(
    () => [],
    () => left()
  )
}
