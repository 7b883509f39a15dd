import { writeFile } from 'node:fs/promises'
import type { MixName } from './faults/fault-mix.ts'
import { type MutationName, mutations } from './mutations/mutations.ts'
import { rules, type Violation } from './referee/violation.ts'
import { type SimulationResult, simulate } from './simulation.ts'
import { Totals } from './totals.ts'

/** What to run; absent means as the seed chooses, or nothing switched off. */
interface RunOptions {
  readonly mutation?: MutationName | undefined
  readonly mix?: MixName | undefined
}

export interface SeedOptions extends RunOptions {
  /** Where to write the history, one operation a line. */
  readonly history?: string | undefined
}

export interface SeedsOptions extends RunOptions {
  readonly from: number
  readonly count: number
}

const SHOWN = 20

/** Runs one seed and shows everything that was wrong. Whether nothing was. */
export async function runSeed(seed: number, { history, ...options }: SeedOptions): Promise<boolean> {
  const result = await run(seed, options)
  const totals = new Totals()
  totals.add(result)
  say(`seed ${seed}, mix ${result.mix}, trace ${result.trace}\n${totals}`)
  showViolations(result.violations)
  if (history) await writeFile(history, result.history.toJsonl())
  return result.violations.length === 0
}

/** Runs many seeds and shows what was wrong with which. Whether nothing was. */
export async function runSeeds({ from, count, ...options }: SeedsOptions): Promise<boolean> {
  const totals = new Totals()
  const started = performance.now()
  for (let seed = from; seed < from + count; seed++) {
    const result = await run(seed, options)
    totals.add(result)
    if (result.violations.length > 0) showFailing(result, options)
  }
  say(`${totals}\n${((performance.now() - started) / count).toFixed(0)} ms a run`)
  return totals.failing.length === 0
}

/** Switches each mechanism off and looks for the first seed that shows it. Whether there is one for each. */
export async function runMutations({ from, count }: SeedsOptions): Promise<boolean> {
  let noticed = 0
  for (const name of Object.keys(mutations) as MutationName[]) {
    const caught = await firstCatch(name, { from, count })
    if (caught) noticed++
    say(`${name}: ${caught ? `seed ${caught.seed}, ${broken(caught)}` : `NOT CAUGHT in ${count} seeds`}`)
  }
  say(`${Object.keys(mutations).length} mechanisms switched off one at a time, ${noticed} noticed`)
  return noticed === Object.keys(mutations).length
}

async function firstCatch(name: MutationName, { from, count }: SeedsOptions): Promise<SimulationResult | undefined> {
  for (let seed = from; seed < from + count; seed++) {
    const result = await run(seed, { mutation: name })
    if (result.violations.length > 0) return result
  }
  return undefined
}

function run(seed: number, { mutation, mix }: RunOptions): Promise<SimulationResult> {
  return simulate({ seed, ...(mutation && { mutation: mutations[mutation] }), ...(mix && { mix }) })
}

function showFailing(result: SimulationResult, { mutation, mix }: RunOptions): void {
  const options = `${mutation ? ` --mutation ${mutation}` : ''}${mix ? ` --mix ${mix}` : ''}`
  say(`seed ${result.seed} broke ${broken(result)}; again: npm run simulate -- --seed ${result.seed}${options}`)
}

function showViolations(violations: readonly Violation[]): void {
  for (const { rule, at, detail } of violations.slice(0, SHOWN))
    say(`${at.toFixed(3)} ${rule} (${rules[rule]}) ${detail}`)
  if (violations.length > SHOWN) say(`and ${violations.length - SHOWN} more`)
}

function broken({ violations }: SimulationResult): string {
  return [...new Set(violations.map(({ rule }) => rule))].join(', ')
}

function say(text: string): void {
  process.stdout.write(`${text}\n`)
}
