/**
 * The life of a process, from its start to its exit code.
 *
 * R1. The first SIGINT, SIGTERM or SIGHUP drains, then stops. A second one ends the process at once.
 * R2. An uncaught error is logged; then the process stops without draining, as its state cannot be trusted.
 * R3. Ending takes `graceMs` at most.
 * R4. The exit code says how it went (`exitCodes`); a `process.exitCode` that was set meanwhile stays.
 */
import closeWithGrace from 'close-with-grace'
import type { Logger } from 'pino'
import { Lifecycle } from './lifecycle.ts'

/** How a process ended, for whoever started it. */
export const exitCodes = {
  /** It was asked to end, and everything was drained and stopped. */
  clean: 0,
  /** It could not start, met an uncaught error, did not end in time, or was told twice to end. */
  failure: 1,
  /** Its configuration or command line is not valid: starting it again changes nothing. `EX_CONFIG` of sysexits.h. */
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
  return (error as { readonly code?: unknown } | undefined)?.code === 'ConfigInvalid'
    ? exitCodes.config
    : exitCodes.failure
}

/**
 * Runs a process for the rest of its life. `start` adds each part to the lifecycle as soon as it is up, watches
 * `lifecycle.signal` while it waits, and says at its end that the process is ready. When it fails, what was up is
 * stopped and the process exits.
 */
export function runProcess(options: RunOptions, start: (lifecycle: Lifecycle) => Promise<void>): void {
  const { logger, graceMs } = options
  const lifecycle = new Lifecycle()
  const failures: unknown[] = []
  // Deferred, so that the handlers below are there before anything can go wrong.
  const starting = Promise.resolve(lifecycle)
    .then(start)
    .catch((error: unknown) => {
      // A start that gave up because it was told to is no failure.
      if (!lifecycle.signal.aborted) failures.push(error)
    })
  const skip = [...SIGNALS, ...NOT_BY_GRACE]
  const ending = closeWithGrace({ delay: graceMs, logger, skip }, async ({ err }) => {
    if (err) logger.fatal({ err }, 'uncaught error')
    lifecycle.leave()
    await starting
    await end(lifecycle, { isSound: !err && failures.length === 0 })
    if (failures.length > 0) process.exitCode = exitCodeOf(failures[0])
    if (process.exitCode) process.exit() // R4
  })
  void starting.then(() => {
    for (const err of failures) logger.fatal({ err }, 'could not start')
    if (failures.length > 0) ending.close()
  })
  onSignals(logger, ending.close)
}

async function end(lifecycle: Lifecycle, { isSound }: { readonly isSound: boolean }): Promise<void> {
  try {
    if (isSound) await lifecycle.drain() // R2
  } finally {
    await lifecycle.stop()
  }
}

// R1
function onSignals(logger: Logger, close: () => void): void {
  let firstAt: number | undefined
  const onSignal = (signal: NodeJS.Signals) => {
    if (firstAt !== undefined && performance.now() - firstAt < ECHO_MS) return
    logger.info({ signal }, firstAt === undefined ? 'asked to end' : 'asked again to end: ending at once')
    if (firstAt !== undefined) process.exit(exitCodes.failure)
    firstAt = performance.now()
    close()
  }
  for (const signal of SIGNALS) process.on(signal, onSignal)
}
