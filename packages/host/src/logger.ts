import { type DestinationStream, destination, type Logger, pino, stdTimeFunctions } from 'pino'
import type { Config } from './settings.ts'

/** What a logger is told. */
export interface LoggerInit {
  readonly level: Config['log']['level']
  /** On every line: the role, the id of this process. */
  readonly fields?: Readonly<Record<string, string>>
}

/** Names, of headers and of fields, whose values are never logged, down to three levels of nesting. */
const SECRET_NAMES = [
  'authorization',
  'proxy-authorization',
  'cookie',
  'set-cookie',
  'mcp-session-id',
  'sessionId',
  'token',
  'access_token',
  'refresh_token',
  'client_secret',
  'password'
]

const paths = SECRET_NAMES.flatMap((name) => [`["${name}"]`, `*["${name}"]`, `*.*["${name}"]`])

/**
 * The log of a process: JSON lines, times in ISO 8601, levels by name, secrets redacted. It writes to standard output
 * before a call returns, so that nothing is lost or reordered at exit; a command that keeps its standard output for itself
 * passes another stream.
 */
export function createLogger(
  init: LoggerInit,
  stream: DestinationStream = destination({ dest: 1, sync: true })
): Logger {
  const options = {
    level: init.level,
    base: { ...init.fields },
    timestamp: stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
    redact: { paths, censor: '***' }
  }
  return pino(options, stream)
}
