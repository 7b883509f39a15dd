import { writeFile } from 'node:fs/promises'
import { conditionLines, conditionsNow } from './conditions.ts'
import { type HopSample, IN_FLIGHT, runHop } from './hop.ts'
import { hopTable, profileTable } from './hop-report.ts'
import { hopRow } from './hop-row.ts'
import { LoadGenerator } from './load/load-generator.ts'
import { rateOf } from './load/load-result.ts'
import { type ProcessProfile, profileSide } from './profile/profile-side.ts'
import type { SideName } from './sides/start-side.ts'

export interface HopCommandOptions {
  readonly sides: readonly SideName[]
  readonly rounds: number
  readonly seconds: number
  /** A file for every measurement. */
  readonly json?: string
  /** A folder for CPU profiles; `true` for the usual one. */
  readonly profile?: string | true
}

const USUAL_FOLDER = 'profiles'

/** Measures, prints, and writes what it was asked to write. */
export async function hopCommand(options: HopCommandOptions): Promise<void> {
  const { sides, rounds, seconds, json, profile } = options
  const conditions = conditionsNow()
  say(`${conditionLines(conditions)}\n- rounds: ${rounds} of ${seconds} s each\n`)
  const samples = await runHop({ sides, rounds, seconds }, showProgress)
  const rows = IN_FLIGHT.flatMap((inFlight) => sides.map((side) => hopRow(samples, side, inFlight)))
  for (const inFlight of IN_FLIGHT) {
    say(`\n${inFlight} in flight\n\n${hopTable(rows.filter((row) => row.inFlight === inFlight))}`)
  }
  const profiles = profile === undefined ? [] : await profileAll(options, profile === true ? USUAL_FOLDER : profile)
  for (const each of profiles) say(`\n${profileTable(each)}`)
  if (json !== undefined) {
    await writeFile(json, `${JSON.stringify({ conditions, rounds, seconds, rows, profiles, samples }, null, 2)}\n`)
  }
}

async function profileAll({ sides, seconds }: HopCommandOptions, folder: string): Promise<ProcessProfile[]> {
  const load = new LoadGenerator()
  const profiles: ProcessProfile[] = []
  try {
    for (const side of sides) profiles.push(...(await profileSide(load, { side, inFlight: 64, seconds, folder })))
  } finally {
    load.stop()
  }
  return profiles
}

function showProgress(sample: HopSample): void {
  const { round, inFlight, side } = sample
  process.stderr.write(`round ${round + 1}, ${inFlight} in flight, ${side}: ${rateOf(sample).toFixed(0)} calls/s\n`)
}

function say(text: string): void {
  process.stdout.write(`${text}\n`)
}
