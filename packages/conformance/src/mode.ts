/** What the cluster goes through while the suites run. */
export interface Mode {
  /** Added to the environment of every process. */
  readonly env?: Readonly<Record<string, string>>
  /** A worker is replaced between scenarios, which therefore run one by one. */
  readonly killsBetween?: true
  /** A worker is replaced every so many milliseconds. Calls that are not safe to repeat fail then, and checks with them. */
  readonly killsEveryMs?: number
}

export const modes = {
  plain: {},
  // Every request finds its session gone from memory, and the worker builds it again from its record.
  rebuild: { env: { SCALED_MCP_SESSION_REBUILD: 'always' } },
  'kill-between': { killsBetween: true },
  'kill-often': { killsEveryMs: 2000 }
} as const satisfies { readonly [name: string]: Mode }

export type ModeName = keyof typeof modes

export const modeNames = Object.keys(modes) as ModeName[]
