/**
 * `hop`: what one call of a trivial tool costs through each side.
 *
 * All sides live through the whole run and take turns, so that whatever else the machine does falls on all of them, and
 * every round begins with another one. What is compared is compared within its round.
 */
import { LoadGenerator } from './load/load-generator.ts'
import type { LoadResult } from './load/load-result.ts'
import { residentBytesOf } from './process-cost.ts'
import type { Side } from './sides/side.ts'
import { type SideName, sideNames, startSide } from './sides/start-side.ts'

export interface HopOptions {
  readonly sides: readonly SideName[]
  readonly rounds: number
  /** How long each side is measured in each round, in seconds, for each number in flight. */
  readonly seconds: number
}

/** One measurement of one side. */
export interface HopSample extends LoadResult {
  readonly side: SideName
  readonly inFlight: number
  readonly round: number
  /** By role, after the load. */
  readonly residentBytes: Readonly<Record<string, number>>
}

/** Every side but the one that differs only in what a new session costs. */
export const HOP_SIDES = sideNames.filter((name) => name !== 'sdk-v1-shared')
/** Calls under way at once: one, for latency; enough to keep every process busy, for throughput. */
export const IN_FLIGHT = [1, 64] as const
/** What every side is warmed with, unmeasured, until its code is compiled. */
const MOST_IN_FLIGHT = 64

/** Runs the benchmark; `onSample` is told of each measurement as it is made. */
export async function runHop(options: HopOptions, onSample: (sample: HopSample) => void): Promise<HopSample[]> {
  const load = new LoadGenerator()
  const started: Side[] = []
  try {
    for (const name of options.sides) started.push(await startSide(name))
    for (const side of started) await measure(load, { side, inFlight: MOST_IN_FLIGHT, round: 0 }, options.seconds)
    const samples: HopSample[] = []
    for (const turn of turns(started, options.rounds)) {
      samples.push(await measure(load, turn, options.seconds))
      onSample(samples.at(-1) as HopSample)
    }
    return samples
  } finally {
    load.stop()
    for (const side of started.reverse()) await side.stop()
  }
}

interface Turn {
  readonly side: Side
  readonly inFlight: number
  readonly round: number
}

/** Every side once per round and number in flight; each round begins with another side. */
function* turns(sides: readonly Side[], rounds: number): Generator<Turn> {
  for (let round = 0; round < rounds; round++) {
    const first = round % sides.length
    const order = [...sides.slice(first), ...sides.slice(0, first)]
    for (const inFlight of IN_FLIGHT) for (const side of order) yield { side, inFlight, round }
  }
}

async function measure(load: LoadGenerator, { side, inFlight, round }: Turn, seconds: number): Promise<HopSample> {
  const { name, url, isFixed, processes } = side
  const result = await load.run({ kind: 'call', url, isFixed, inFlight, seconds, processes })
  const resident = processes.map(({ role, pid }) => [role, residentBytesOf(pid)] as const)
  return { ...result, side: name as SideName, inFlight, round, residentBytes: Object.fromEntries(resident) }
}
