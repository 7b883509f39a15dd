/** What one order of load did and cost. */
export interface LoadResult {
  /** Calls answered, or sessions opened. */
  readonly count: number
  readonly seconds: number
  readonly p50Ms: number
  readonly p99Ms: number
  /** By role, the load generator's own as {@link LOAD}. */
  readonly cpuSeconds: Readonly<Record<string, number>>
}

/** The role of the load generator, which is no part of a side. */
export const LOAD = 'load'

/** Calls or sessions per second. */
export function rateOf({ count, seconds }: LoadResult): number {
  return count / seconds
}

/** Processor time of the whole side, in seconds per 1,000 calls or sessions: the same as milliseconds for one. */
export function cpuOf({ count, cpuSeconds }: LoadResult): number {
  const used = Object.entries(cpuSeconds).filter(([role]) => role !== LOAD)
  return (1_000 * used.reduce((sum, [, seconds]) => sum + seconds, 0)) / count
}

export function p50Of({ p50Ms }: LoadResult): number {
  return p50Ms
}

export function p99Of({ p99Ms }: LoadResult): number {
  return p99Ms
}
