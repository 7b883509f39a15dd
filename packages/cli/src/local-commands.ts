import { type Config, createLogger, runProcess } from '@scaled-mcp/host'
import pino from 'pino'
import { connectHints } from './connect-hints.ts'
import { createScaledMcp } from './create-scaled-mcp.ts'
import { startLocalCluster, type UpOptions } from './local-cluster.ts'
import { ServerFile } from './server-file.ts'
import { ServerReload } from './server-reload.ts'
import { LAST_MS } from './service.ts'

/** Longer than all members together need. */
const UP_GRACE_MS = 40_000

/** Everything in one process, without NATS; reloads the server module when it changes. */
export function runDev(path: string, config: Config): void {
  const logger = createLogger(
    { level: config.log.level, fields: { role: 'dev' } },
    pino.destination({ fd: 2, sync: true })
  )
  runProcess({ logger, graceMs: 2 * config.shutdown.graceMs + LAST_MS }, async (lifecycle) => {
    const file = new ServerFile(path)
    const server = await file.loadFresh()
    const shutdown = { ...config.shutdown, leaveMs: 0 }
    const running = await createScaledMcp({ ...config, shutdown, server, logger })
    lifecycle.add('scaled-mcp', running)
    lifecycle.add('reload', new ServerReload(file, (definition) => running.reload(definition), logger))
    process.stdout.write(`ready ${running.url}\n${connectHints(running.url as string)}`)
  })
}

/** A local cluster of real processes, until it is told to end. */
export function runUp(options: UpOptions): void {
  const logger = createLogger({ level: 'warn', fields: { role: 'up' } }, pino.destination({ fd: 2, sync: true }))
  runProcess({ logger, graceMs: UP_GRACE_MS }, async (lifecycle) => {
    const cluster = await startLocalCluster(options)
    lifecycle.add('cluster', cluster)
    void cluster.lost.then((role) => {
      process.exitCode = 1
      logger.error({ role }, 'no member of this role is left')
      process.kill(process.pid, 'SIGTERM')
    })
    process.stdout.write(cluster.urls.map((url) => `ready ${url}\n`).join(''))
  })
}
