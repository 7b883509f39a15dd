import { hostname } from 'node:os'
import { Gateway } from '@scaled-mcp/gateway'
import type { Config, Logger } from '@scaled-mcp/host'
import type { ServerDefinition } from '@scaled-mcp/server'
import { SessionWorker } from '@scaled-mcp/session-worker'
import { build } from './build.ts'
import type { Connected } from './connect-mesh.ts'

/** Starts a gateway as configured. @throws ScaledMcpError `ConfigInvalid`, `AddressInUse`, `StoreUnavailable`. */
export function startGateway({ mesh, subjects }: Connected, config: Config, logger: Logger): Promise<Gateway> {
  const { http, auth, request, shutdown, cluster } = config
  return Gateway.start(
    { mesh, subjects, logger },
    {
      ...http,
      forwardHeaders: http.forwardHeaders.map((name) => name.toLowerCase()),
      insecureNoAuth: auth.insecureNoAuth,
      holdMs: request.holdMs,
      requestMaxMs: request.maxMs,
      leaveMs: shutdown.leaveMs,
      graceMs: shutdown.graceMs,
      leaseMs: cluster.leaseMs,
      hostName: hostname(),
      build
    }
  )
}

/** What a worker is started with beside its configuration. */
export interface WorkerParts extends Connected {
  readonly definition: ServerDefinition
}

/** Starts a session-worker as configured. @throws StoreUnavailable. */
export function startWorker(parts: WorkerParts, config: Config, logger: Logger): Promise<SessionWorker> {
  const { session, worker, shutdown, cluster } = config
  return SessionWorker.start(
    { ...parts, logger },
    {
      maxSessions: worker.maxSessions,
      inFlight: session.inFlight,
      decideMs: session.decideMs,
      graceMs: shutdown.graceMs,
      leaseMs: cluster.leaseMs,
      hostName: hostname(),
      build
    }
  )
}
