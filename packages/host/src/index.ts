/**
 * What every process does, whatever its role: configuration, log, health, signals.
 *
 * ```ts
 * import { createLogger, loadConfig, runProcess } from '@scaled-mcp/host'
 *
 * const config = loadConfig({ flags: { '--port': '0' }, environment: {} })
 * const logger = createLogger({ level: config.log.level })
 * runProcess({ logger, graceMs: config.shutdown.graceMs }, async (lifecycle) => {
 *   lifecycle.add('work', { stop: () => logger.info('stopped') })
 *   process.kill(process.pid, 'SIGTERM') // as Ctrl-C would
 * })
 * ```
 */

export type { Logger } from 'pino'
export { AdminServer, type AdminServerInit } from './admin-server.ts'
export { ConfigError } from './config-error.ts'
export { describeConfig } from './describe-config.ts'
export { Lifecycle, type Part } from './lifecycle.ts'
export { type ConfigInput, loadConfig } from './load-config.ts'
export { createLogger, type LoggerInit } from './logger.ts'
export { exitCodeOf, exitCodes, type RunOptions, runProcess } from './run-process.ts'
export { flagOf, type Role, type Setting, variableOf } from './setting.ts'
export { type Config, type SettingKey, settings, settingsOf } from './settings.ts'
