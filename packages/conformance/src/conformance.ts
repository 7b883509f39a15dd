/** The suites, against every server that is chosen, in every mode that is chosen. */
import { type Mode, type ModeName, modes } from './mode.ts'
import { type PlannedSet, planSets } from './planned-set.ts'
import { type AnswerFigures, answerFigures } from './scene/answer-rules.ts'
import { type Scene, type ServerName, withScene } from './scene/scene.ts'
import { replaceWorker, WorkerKiller } from './scene/worker-killer.ts'
import type { ScenarioOutcome } from './suite/outcome.ts'
import type { SetName } from './suite/requirement-set.ts'
import type { SuiteStore } from './suite/suite-store.ts'

export interface ConformanceOptions {
  readonly servers: readonly ServerName[]
  readonly modes: readonly ModeName[]
  readonly sets: readonly SetName[]
  /** The one scenario to run; undefined for all. */
  readonly scenario?: string | undefined
}

/** Which cluster a result is of. */
interface Run {
  readonly server: ServerName
  readonly mode: ModeName
}

export interface SetResult extends Run {
  readonly set: SetName
  readonly scenarios: readonly ScenarioOutcome[]
}

/** What clients saw of workers that died under them. */
export interface AnswersResult extends Run, AnswerFigures {
  readonly kills: number
}

/** Told of what a run finds, as it does. */
export interface ConformanceReport {
  onSet(result: SetResult): void
  onAnswers(result: AnswersResult): void
  /** Of what the suites print. */
  readonly onOutput?: ((text: string) => void) | undefined
}

/**
 * Runs everything that the options choose, one after the other.
 * @throws {ConformanceError} when nothing can be said; failed checks are results.
 */
export async function runConformance(
  store: SuiteStore,
  options: ConformanceOptions,
  report: ConformanceReport
): Promise<void> {
  const sets = await planSets(store, options)
  for (const server of options.servers) {
    for (const mode of options.modes) await runMode({ server, mode }, sets, report)
  }
}

function runMode(run: Run, sets: readonly PlannedSet[], report: ConformanceReport): Promise<void> {
  const { env = {}, killsEveryMs }: Mode = modes[run.mode]
  return withScene({ server: run.server, env }, async (scene) => {
    const runAll = () => runSets({ ...run, scene }, sets, report)
    if (killsEveryMs === undefined) return runAll()
    const killer = new WorkerKiller(scene.cluster, killsEveryMs)
    try {
      await runAll()
    } finally {
      await killer.stop()
    }
    report.onAnswers({ ...run, kills: killer.kills, ...answerFigures(scene.proxy.exchanges) })
  })
}

async function runSets(
  { scene, ...run }: Run & { readonly scene: Scene },
  sets: readonly PlannedSet[],
  report: ConformanceReport
): Promise<void> {
  const { killsBetween }: Mode = modes[run.mode]
  const between = killsBetween && (() => replaceWorker(scene.cluster))
  for (const set of sets) {
    const scenarios = await set.run({ url: scene.proxy.url, between, onOutput: report.onOutput })
    report.onSet({ ...run, set: set.name, scenarios })
  }
}
