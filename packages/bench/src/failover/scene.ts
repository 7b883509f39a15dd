import { type NatsServer, startNatsServer } from '@scaled-mcp/launcher'
import { type DirectoryEntry, ProcessCluster } from '@scaled-mcp/testkit'
import { inLanes } from '../in-lanes.ts'
import { programOf } from '../sides/side.ts'
import { CountingSession, type Outcome } from './counting-session.ts'

/** Where faults happen, and workers are told to stop. */
export interface Scene {
  readonly cluster: ProcessCluster
  readonly nats: NatsServer
}

const GATEWAYS = 2
const AT_ONCE = 32
const counter = programOf('servers/counter-module')

/** Runs with a nats-server, two gateways and `workers` workers of the counter, and ends them whatever becomes of it. */
export async function withScene<T>(workers: number, run: (scene: Scene) => Promise<T>): Promise<T> {
  const nats = await startNatsServer()
  try {
    const cluster = await ProcessCluster.start({ nats: nats.url, server: counter, gateways: GATEWAYS, workers })
    try {
      return await run({ cluster, nats })
    } finally {
      await cluster.stop()
    }
  } finally {
    await nats.stop()
  }
}

/** Opens sessions, through each gateway as many. */
export function openSessions({ cluster }: Scene, count: number): Promise<readonly CountingSession[]> {
  const urls = Array.from({ length: count }, (_, i) => cluster.urls[i % GATEWAYS] as string)
  return inLanes(urls, AT_ONCE, (url) => CountingSession.open(url))
}

/** Has every session count once. */
export function countEach(sessions: readonly CountingSession[]): Promise<readonly Outcome[]> {
  return inLanes(sessions, AT_ONCE, (session) => session.count())
}

/** The directory entry of every session. */
export function entriesOf(
  { cluster }: Scene,
  sessions: readonly CountingSession[]
): Promise<readonly DirectoryEntry[]> {
  return inLanes(sessions, AT_ONCE, ({ id }) => cluster.entryOf(id))
}
