import { writeFile } from 'node:fs/promises'
import { type AnswersResult, type ConformanceOptions, runConformance, type SetResult } from './conformance.ts'
import { answerLines, setLines, totalLine } from './report-lines.ts'
import { countOf } from './suite/outcome.ts'
import { SuiteStore } from './suite/suite-store.ts'
import { type Findings, isRight, totalOf } from './verdict.ts'

export interface CommandOptions extends ConformanceOptions {
  /** A file for every figure. */
  readonly json?: string
  /** Whether to show what the suites print. */
  readonly verbose?: boolean
}

/** Runs, prints, and writes what it was asked to write. Whether all is as it is promised. */
export async function conformanceCommand({ json, verbose, ...options }: CommandOptions): Promise<boolean> {
  const sets: SetResult[] = []
  const answers: AnswersResult[] = []
  await runConformance(new SuiteStore(), options, {
    onSet(result) {
      sets.push(result)
      say(setLines(result))
    },
    onAnswers(result) {
      answers.push(result)
      say(answerLines(result))
    },
    onOutput: verbose ? (text) => process.stdout.write(text) : undefined
  })
  const findings = { sets, answers }
  say(totalLine(findings))
  if (json !== undefined) await writeFile(json, `${JSON.stringify(figuresOf(findings), null, 2)}\n`)
  return isRight(findings)
}

function figuresOf({ sets, answers }: Findings) {
  const counted = sets.map(({ scenarios, ...set }) => ({ ...set, ...countOf(scenarios), scenarios }))
  return { ...totalOf({ sets, answers }), sets: counted, answers }
}

function say(text: string): void {
  process.stdout.write(`${text}\n`)
}
