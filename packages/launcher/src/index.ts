/**
 * Starts processes, waits until they are ready, and lets none of them outlive us.
 *
 * ```ts
 * import { launch, startNatsServer } from '@scaled-mcp/launcher'
 *
 * const nats = await startNatsServer()
 * const worker = await launch({
 *   command: process.execPath,
 *   args: ['-e', 'console.log("ready"); setInterval(() => {}, 1000)'],
 *   env: { NATS_URL: nats.url },
 *   ready: /^ready/
 * })
 * await worker.stop({ graceMs: 1000 })
 * await nats.stop()
 * ```
 */
export { findNatsServer } from './find-nats-server.ts'
export { type LaunchOptions, launch, type OutputLine } from './launch.ts'
export { LaunchedProcess, type ProcessExit, type StopOptions } from './launched-process.ts'
export { LauncherError, type LauncherErrorCode } from './launcher-error.ts'
export { NatsServer, type NatsServerOptions, startNatsServer } from './nats-server.ts'
