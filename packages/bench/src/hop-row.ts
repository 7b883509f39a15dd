import type { HopSample } from './hop.ts'
import { BASELINE, type SideName } from './sides/start-side.ts'
import { type Spread, spreadOf } from './spread.ts'

/** What a side needs, over all rounds. CPU is in seconds per 1,000 calls, which is milliseconds per call. */
export interface HopRow {
  readonly side: SideName
  readonly inFlight: number
  readonly callsPerSecond: Spread
  readonly p50Ms: Spread
  readonly p99Ms: Spread
  /** Of all its processes, without the load generator. */
  readonly cpu: Spread
  readonly cpuByRole: Readonly<Record<string, Spread>>
  readonly residentBytesByRole: Readonly<Record<string, Spread>>
  /** The side's figure divided by the baseline's of the same round; undefined when the baseline did not run. */
  readonly against?: { readonly callsPerSecond: Spread; readonly p50Ms: Spread; readonly cpu: Spread }
}

const LOAD = 'load'

/** The row of one side at one number in flight. */
export function hopRow(samples: readonly HopSample[], side: SideName, inFlight: number): HopRow {
  const own = samplesOf(samples, side, inFlight)
  const base = samplesOf(samples, BASELINE, inFlight)
  const roles = Object.keys(own[0]?.cpuSeconds ?? {})
  const byRole = (read: (sample: HopSample, role: string) => number, names: readonly string[]) =>
    Object.fromEntries(names.map((role) => [role, spreadOf(own.map((sample) => read(sample, role)))]))
  return {
    side,
    inFlight,
    callsPerSecond: spreadOf(own.map(rate)),
    p50Ms: spreadOf(own.map(({ p50Ms }) => p50Ms)),
    p99Ms: spreadOf(own.map(({ p99Ms }) => p99Ms)),
    cpu: spreadOf(own.map(cpu)),
    cpuByRole: byRole((sample, role) => (1_000 * (sample.cpuSeconds[role] ?? 0)) / sample.count, roles),
    residentBytesByRole: byRole(
      (sample, role) => sample.residentBytes[role] ?? 0,
      roles.filter((role) => role !== LOAD)
    ),
    ...(base.length > 0 && {
      against: {
        callsPerSecond: ratios(own, base, rate),
        p50Ms: ratios(own, base, ({ p50Ms }) => p50Ms),
        cpu: ratios(own, base, cpu)
      }
    })
  }
}

function samplesOf(samples: readonly HopSample[], side: SideName, inFlight: number): readonly HopSample[] {
  return samples.filter((sample) => sample.side === side && sample.inFlight === inFlight)
}

function ratios(own: readonly HopSample[], base: readonly HopSample[], read: (sample: HopSample) => number): Spread {
  const ofRound = new Map(base.map((sample) => [sample.round, read(sample)]))
  return spreadOf(own.map((sample) => read(sample) / (ofRound.get(sample.round) as number)))
}

function rate({ count, seconds }: HopSample): number {
  return count / seconds
}

function cpu({ count, cpuSeconds }: HopSample): number {
  const used = Object.entries(cpuSeconds).filter(([role]) => role !== LOAD)
  return (1_000 * used.reduce((sum, [, seconds]) => sum + seconds, 0)) / count
}
