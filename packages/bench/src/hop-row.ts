import type { HopSample } from './hop.ts'
import { cpuOf, LOAD, p50Of, p99Of, rateOf } from './load/load-result.ts'
import { BASELINE, type SideName } from './sides/start-side.ts'
import { type Spread, spreadOf, spreadOfRatios } from './spread.ts'

/** What a side needs, over all rounds. CPU is in seconds per 1,000 calls. */
export interface HopRow {
  readonly side: SideName
  readonly inFlight: number
  readonly callsPerSecond: Spread
  readonly p50Ms: Spread
  readonly p99Ms: Spread
  /** Of all its processes. */
  readonly cpu: Spread
  /** Of each, and of the load generator, which is no part of it. */
  readonly cpuByRole: Readonly<Record<string, Spread>>
  readonly residentBytesByRole: Readonly<Record<string, Spread>>
  /** Divided by the baseline's figure of the same round; undefined when the baseline did not run. */
  readonly against?: { readonly callsPerSecond: Spread; readonly p50Ms: Spread; readonly cpu: Spread }
}

/** The row of one side at one number in flight. */
export function hopRow(samples: readonly HopSample[], side: SideName, inFlight: number): HopRow {
  const own = samplesOf(samples, side, inFlight)
  const base = samplesOf(samples, BASELINE, inFlight)
  const roles = Object.keys(own[0]?.cpuSeconds ?? {})
  const spreads = (names: readonly string[], figure: (sample: HopSample, role: string) => number) =>
    Object.fromEntries(names.map((role) => [role, spreadOf(own.map((sample) => figure(sample, role)))]))
  return {
    side,
    inFlight,
    callsPerSecond: spreadOf(own.map(rateOf)),
    p50Ms: spreadOf(own.map(p50Of)),
    p99Ms: spreadOf(own.map(p99Of)),
    cpu: spreadOf(own.map(cpuOf)),
    cpuByRole: spreads(roles, ({ cpuSeconds, count }, role) => (1_000 * (cpuSeconds[role] ?? 0)) / count),
    residentBytesByRole: spreads(
      roles.filter((role) => role !== LOAD),
      ({ residentBytes }, role) => residentBytes[role] ?? 0
    ),
    ...(base.length > 0 && { against: against(own, base) })
  }
}

function samplesOf(samples: readonly HopSample[], side: SideName, inFlight: number): readonly HopSample[] {
  return samples.filter((sample) => sample.side === side && sample.inFlight === inFlight)
}

function against(own: readonly HopSample[], base: readonly HopSample[]): NonNullable<HopRow['against']> {
  return {
    callsPerSecond: spreadOfRatios(own, base, rateOf),
    p50Ms: spreadOfRatios(own, base, p50Of),
    cpu: spreadOfRatios(own, base, cpuOf)
  }
}
