import type { AnswersResult, SetResult } from './conformance.ts'
import { type Complaint, type Count, countOf, type ScenarioOutcome } from './suite/outcome.ts'
import { type Findings, mayFail, totalOf } from './verdict.ts'

/** One line for the set, and one for each check that failed or warned. */
export function setLines({ server, mode, set, scenarios }: SetResult): string {
  const warned = scenarios.reduce((sum, { warnings }) => sum + warnings.length, 0)
  const notes = `${warned > 0 ? `, ${warned} warned` : ''}${mayFail(mode) ? ' (may fail)' : ''}`
  const head = `${server} ${mode} ${set}: ${countText(countOf(scenarios))}${notes}`
  return [head, ...scenarios.flatMap(complaintLines)].join('\n')
}

/** How often each status was answered, and one line for each kind of wrong answer. */
export function answerLines({ server, mode, kills, statuses, wrong }: AnswersResult): string {
  const counted = Object.entries(statuses).map(([status, times]) => `${times} × ${status}`)
  const lines = Object.entries(wrong).map(([what, times]) => `  ✗ ${times} × ${what}`)
  const amount = Object.values(wrong).reduce((sum, times) => sum + times, 0)
  return [`${server} ${mode} answers: ${counted.join(', ')}; ${kills} kills, ${amount} wrong`, ...lines].join('\n')
}

export function totalLine(findings: Findings): string {
  return `total: ${countText(totalOf(findings))}`
}

/** A warning is shown since it often stands for checks that were left out: a tool that is missing only warns. */
function complaintLines({ name, failures, warnings }: ScenarioOutcome): string[] {
  const lines = (mark: string, complaints: readonly Complaint[]) =>
    complaints.map(({ check, message }) => `  ${mark} ${name}, ${check}: ${message}`)
  return [...lines('✗', failures), ...lines('!', warnings)]
}

function countText({ passed, failed }: Count): string {
  return `${passed} passed, ${failed} failed`
}
