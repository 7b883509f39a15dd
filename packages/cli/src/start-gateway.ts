import { hostname } from 'node:os'
import { Gateway } from '@scaled-mcp/gateway'
import type { Config, Logger } from '@scaled-mcp/host'
import { build } from './build.ts'
import type { Connected } from './connect-mesh.ts'

/** Starts a gateway as configured. @throws ScaledMcpError `ConfigInvalid`, `AddressInUse`, `StoreUnavailable`. */
export function startGateway(connected: Connected, config: Config, logger: Logger): Promise<Gateway> {
  const { mesh, subjects, leaseMs, clock } = connected
  const { http, auth, request, shutdown } = config
  return Gateway.start(
    { mesh, subjects, logger, ...(clock && { clock }) },
    {
      ...http,
      forwardHeaders: http.forwardHeaders.map((name) => name.toLowerCase()),
      sse: http.sse,
      insecureNoAuth: auth.insecureNoAuth,
      holdMs: request.holdMs,
      requestMaxMs: request.maxMs,
      leaveMs: shutdown.leaveMs,
      graceMs: shutdown.graceMs,
      leaseMs,
      hostName: hostname(),
      build
    }
  )
}
