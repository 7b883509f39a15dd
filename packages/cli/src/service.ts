import { type Role, ScaledMcpError } from '@scaled-mcp/contracts'
import {
  AdminServer,
  type Config,
  createLogger,
  describeConfig,
  type Lifecycle,
  type Logger,
  runProcess
} from '@scaled-mcp/host'
import { build } from './build.ts'

/** After the grace of its parts a process that still lives is ended. */
export const LAST_MS = 5_000

interface Service {
  readonly part: { readonly isReady: boolean }
  /** What an operator looks for first. */
  readonly facts: object
}

type StartService = (lifecycle: Lifecycle, logger: Logger) => Promise<Service>

/** Runs what `start` starts, with an admin port beside it, until the process is told to end. */
export function runService(role: Role, config: Config, start: StartService): void {
  const logger = createLogger({ level: config.log.level, fields: { role } })
  const { leaveMs, graceMs: running } = config.shutdown
  const graceMs = (role === 'gateway' ? leaveMs : 0) + running + LAST_MS
  runProcess({ logger, graceMs }, async (lifecycle) => {
    logger.info({ build, config: describeConfig(config, [role]) }, 'starting')
    const service = await start(lifecycle, logger)
    lifecycle.add('admin', await startAdmin(config, () => service.part.isReady))
    logger.info(service.facts, 'ready')
  })
}

function startAdmin({ admin }: Config, isReady: () => boolean): Promise<AdminServer> {
  return AdminServer.start({ ...admin, isReady }).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EADDRINUSE') throw error
    const setting = 'another admin.port (--admin-port, SCALED_MCP_ADMIN_PORT), 0 for any'
    throw new ScaledMcpError('AddressInUse', `${admin.host}:${admin.port}; set ${setting}`, { cause: error })
  })
}
