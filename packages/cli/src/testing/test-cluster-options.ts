import { type Config, type Logger, loadConfig } from '@scaled-mcp/host'
import type { Settings } from '../create-scaled-mcp.ts'

type TestSettings = Pick<Settings, 'cluster' | 'http' | 'request' | 'session' | 'worker' | 'shutdown'>

/** How a test cluster is started. The settings are those of production, with its defaults but for `shutdown`. */
export interface TestClusterOptions extends TestSettings {
  /** How many workers to begin with. Default 2. */
  readonly workers?: number
  /** Whether the cluster's time passes only when the test says so. Default: it is the machine's time. */
  readonly virtualTime?: boolean
  /** Default: nothing is logged. */
  readonly logger?: Logger
}

/** How a worker is killed. */
export interface TestKill {
  /**
   * Whether nobody sees its end, as when its machine is gone: the others wait for its heartbeat in vain first. Default:
   * its parent sees it and says so at once, as it does in production.
   */
  readonly silently?: boolean
}

/**
 * The settings of a test cluster. Nothing of the environment: a test is the same on every machine.
 * @throws ConfigError with everything that is wrong with them.
 */
export function testConfig({ shutdown, http, worker, ...settings }: TestSettings): Config {
  const options = {
    ...settings,
    http: { ...http, port: 0 },
    worker: { maxHeapPercent: 100, ...worker },
    shutdown: { graceMs: 1_000, leaveMs: 0, ...shutdown }
  }
  return loadConfig({ options, environment: {} })
}
