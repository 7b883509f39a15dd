/**
 * The life of a process, from its start to its exit code.
 *
 * R1. The first SIGINT, SIGTERM or SIGHUP drains, then stops. A second one ends the process at once.
 * R2. An uncaught error is logged; then the process stops without draining, as its state cannot be trusted.
 * R3. Ending takes `graceMs` at most.
 * R4. The exit code says how it went (`exitCodes`).
 */
import closeWithGrace from 'close-with-grace'
import type { Logger } from 'pino'
import { ConfigError } from './config-error.ts'
import { Lifecycle } from './lifecycle.ts'

/** How a process ended, for whoever started it. */
export const exitCodes = {
  /** It was asked to end, and everything was drained and stopped. */
  clean: 0,
  /** It could not start, met an uncaught error, did not end in time, or was told twice to end. */
  failure: 1,
  /** Its configuration is not valid: starting it again changes nothing. `EX_CONFIG` of sysexits.h. */
  config: 78
} as const

/** What a process is run with. */
export interface RunOptions {
  readonly logger: Logger
  /** How long draining and stopping may take together, in milliseconds. */
  readonly graceMs: number
}

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/** Signals of close-with-grace; ours replace them, because of {@link ECHO_MS}. */
const NOT_BY_GRACE = ['SIGQUIT', 'SIGILL', 'SIGTRAP', 'SIGABRT', 'SIGBUS', 'SIGFPE', 'SIGSEGV', 'SIGUSR2'] as const

/** A Ctrl-C under `npx` arrives twice, from the terminal and from npm: a second signal this soon is the first one's echo. */
const ECHO_MS = 250

/** The code to exit with after an error. */
export function exitCodeOf(error: unknown): number {
  return error instanceof ConfigError ? exitCodes.config : exitCodes.failure
}

/**
 * Runs `start`, which adds each part to the lifecycle as soon as it is up; then lives until a signal or an uncaught
 * error. Resolves when the start is done. When the start fails, what was up is stopped and the process exits.
 */
export async function runProcess(options: RunOptions, start: (lifecycle: Lifecycle) => Promise<void>): Promise<void> {
  const { logger, graceMs } = options
  const lifecycle = new Lifecycle()
  const starting = start(lifecycle)
  const ending = closeWithGrace({ delay: graceMs, logger, skip: [...SIGNALS, ...NOT_BY_GRACE] }, async ({ err }) => {
    if (err) logger.fatal({ err }, 'uncaught error') // R2
  })
  onSignal(logger, ending.close)
  await starting
}
