import type { ClusterRecords } from '@scaled-mcp/testkit'
import type { FaultName } from './faults.ts'

/** A fault that has chosen its victim. */
export interface Aimed {
  /** Id of the worker that is struck, when it strikes one. */
  readonly victim: string | undefined
  /** Begins before it returns; resolves when the cluster is whole again. */
  readonly strike: () => Promise<void>
}

/** A cluster that faults can happen to. */
export interface Arena {
  /** Where clients connect. */
  readonly urls: readonly [string, ...string[]]
  readonly records: ClusterRecords
  /** Those that can be made here. */
  readonly faults: readonly FaultName[]
  /** @param owner id of a worker, which is struck when it still lives and the fault strikes one. */
  aim(fault: FaultName, owner: string | undefined): Promise<Aimed>
  stop(): Promise<void>
}

/** How long a fault lasts, in milliseconds. */
export const LASTS_MS = { pause: 8_000, partition: 6_000, outage: 1_500 } as const
/** How long whoever was struck may take to come back. */
export const BACK_MS = 60_000

/**
 * How a cluster is set for a run: clients that are away find their session gone from memory, and what is over is removed
 * soon enough to see that it is.
 */
export const ARENA_ENV = {
  SCALED_MCP_SESSION_PASSIVATE_MS: '1500',
  SCALED_MCP_SESSION_IDLE_MS: '30000',
  SCALED_MCP_SESSION_KEEP_ENDED_MS: '2000',
  SCALED_MCP_WORKER_SWEEP_MS: '1000'
} as const
