import { hostname } from 'node:os'
import { LeaseKeeper } from '@scaled-mcp/cluster'
import type { Config, Logger } from '@scaled-mcp/host'
import type { ServerDefinition } from '@scaled-mcp/server'
import { SessionWorker } from '@scaled-mcp/session-worker'
import { build } from './build.ts'
import type { Connected } from './connect-mesh.ts'

/** What a worker is started with beside its configuration. */
export interface WorkerParts extends Connected {
  readonly definition: ServerDefinition
  /** Which kinds of actors it takes, `session` among them. Default: all. */
  readonly hosts?: (kind: string) => boolean
}

/**
 * Starts a session-worker as configured. In a cluster a thread keeps its lease; alone in its process nobody watches it.
 * @throws StoreUnavailable.
 */
export async function startWorker(parts: WorkerParts, config: Config, logger: Logger): Promise<SessionWorker> {
  const hosted: { worker?: SessionWorker } = {}
  const member = keeperOf(parts, logger, () => hosted.worker?.load ?? 0)
  try {
    hosted.worker = await SessionWorker.start({ ...parts, logger, ...(member && { member }) }, initOf(parts, config))
    return hosted.worker
  } catch (error) {
    await member?.leave()
    throw error
  }
}

function keeperOf(
  { mesh, nats, leaseMs, definition }: WorkerParts,
  logger: Logger,
  load: () => number
): LeaseKeeper | undefined {
  if (!nats) return undefined
  const missed = (error: unknown) => logger.warn({ err: error, worker: mesh.process }, 'heartbeat not stored')
  const identity = { id: mesh.process, role: 'worker', host: hostname(), pid: process.pid, build } as const
  const kinds = Object.keys(definition.actors ?? {})
  return new LeaseKeeper(
    { load, missed, isAble: () => mesh.wire.connected },
    { ...identity, kinds, leaseMs, connection: nats }
  )
}

function initOf(
  { leaseMs, hosts }: WorkerParts,
  { session, worker, shutdown }: Config
): Parameters<typeof SessionWorker.start>[1] {
  return {
    maxSessions: worker.maxSessions,
    inFlight: session.inFlight,
    decideMs: session.decideMs,
    passivateMs: session.passivateMs,
    initializeMs: session.initializeMs,
    sweep: { everyMs: worker.sweepMs, idleMs: session.idleMs, keptMs: session.keepEndedMs },
    maxInMemory: worker.maxInMemory,
    maxHeapPercent: worker.maxHeapPercent,
    newActorsPerMinute: worker.newActorsPerMinute,
    isRebuilt: session.rebuild === 'always',
    graceMs: shutdown.graceMs,
    leaseMs,
    ...(hosts && { hosts }),
    hostName: hostname(),
    build
  }
}
