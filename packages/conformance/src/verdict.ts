import type { AnswersResult, SetResult } from './conformance.ts'
import { type Mode, modes } from './mode.ts'
import { type Count, countOf } from './suite/outcome.ts'

/** Everything that a run found. */
export interface Findings {
  readonly sets: readonly SetResult[]
  readonly answers: readonly AnswersResult[]
}

/** All checks of all sets. */
export function totalOf({ sets }: Findings): Count {
  return countOf(sets.flatMap(({ scenarios }) => scenarios))
}

/**
 * Whether all is as it is promised. While workers die under the suites, calls that may not be run twice fail: their
 * checks are not promised, only how they fail.
 */
export function isRight({ sets, answers }: Findings): boolean {
  const isKept = ({ mode, scenarios }: SetResult) => mayFail(mode) || countOf(scenarios).failed === 0
  return sets.every(isKept) && answers.every(({ wrong }) => Object.keys(wrong).length === 0)
}

export function mayFail(mode: SetResult['mode']): boolean {
  const { killsEveryMs }: Mode = modes[mode]
  return killsEveryMs !== undefined
}
