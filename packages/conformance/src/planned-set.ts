import { ConformanceError } from './conformance-error.ts'
import type { ScenarioOutcome } from './suite/outcome.ts'
import { type RequirementSet, requirementSets, type SetName } from './suite/requirement-set.ts'
import type { Suite, SuiteOrder } from './suite/suite.ts'
import type { SuiteStore } from './suite/suite-store.ts'

export interface PlannedSetInit {
  readonly name: SetName
  /** The one scenario to run; undefined for all. */
  readonly only: string | undefined
}

/** Where a set runs, and what happens meanwhile. */
export interface SetRun extends Pick<SuiteOrder, 'url' | 'onOutput'> {
  /** Called after each scenario; they run one by one then, which takes longer. */
  readonly between?: (() => Promise<void>) | undefined
}

/** A set whose suite is there to run it. */
export class PlannedSet {
  readonly name: SetName
  readonly #suite: Suite
  readonly #only: string | undefined

  constructor(suite: Suite, init: PlannedSetInit) {
    this.#suite = suite
    this.name = init.name
    this.#only = init.only
  }

  /** Runs its scenarios. */
  async run({ between, ...where }: SetRun): Promise<readonly ScenarioOutcome[]> {
    const { whole, single } = this.#set
    if (!between && this.#only === undefined) return this.#suite.runSet({ ...where, args: whole })
    const outcomes: ScenarioOutcome[] = []
    for (const name of await this.#names()) {
      outcomes.push(await this.#suite.runScenario(name, { ...where, args: single }))
      await between?.()
    }
    return outcomes
  }

  /** Whether it has the scenario that is to run. */
  async isAsked(): Promise<boolean> {
    return this.#only === undefined || (await this.#suite.list(this.#set.list)).includes(this.#only)
  }

  get #set(): RequirementSet {
    return requirementSets[this.name]
  }

  async #names(): Promise<readonly string[]> {
    return this.#only === undefined ? this.#suite.list(this.#set.list) : [this.#only]
  }
}

/**
 * The sets that have something to run.
 * @throws {ConformanceError} `UnknownScenario` when none has; `SuiteUnavailable`
 */
export async function planSets(
  store: SuiteStore,
  { sets, scenario }: { readonly sets: readonly SetName[]; readonly scenario?: string | undefined }
): Promise<readonly PlannedSet[]> {
  const asked: PlannedSet[] = []
  for (const name of sets) {
    const planned = new PlannedSet(await store.suite(requirementSets[name].suite), { name, only: scenario })
    if (await planned.isAsked()) asked.push(planned)
  }
  if (asked.length > 0) return asked
  throw new ConformanceError(`${scenario} is in none of ${sets.join(', ')}`, { code: 'UnknownScenario' })
}
