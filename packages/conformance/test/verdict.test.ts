import { describe, expect, it } from 'vitest'
import type { AnswersResult, SetResult } from '../src/conformance.ts'
import { answerLines, setLines, totalLine } from '../src/report-lines.ts'
import type { ScenarioOutcome } from '../src/suite/outcome.ts'
import { isRight } from '../src/verdict.ts'

const complaint = { check: 'Ping', message: 'no answer' }
const passed: ScenarioOutcome = { name: 'ping', passed: 2, failures: [], warnings: [] }
const failed: ScenarioOutcome = { name: 'ping', passed: 1, failures: [complaint], warnings: [complaint] }
const plain: SetResult = { server: 'v1', mode: 'plain', set: '2025-11-25', scenarios: [passed] }
const often: SetResult = { ...plain, mode: 'kill-often', scenarios: [failed] }
const answers: AnswersResult = { server: 'v1', mode: 'kill-often', kills: 3, statuses: { 200: 4, 503: 1 }, wrong: {} }
const wrong: AnswersResult = { ...answers, wrong: { 'POST answered 404': 2 } }

describe('the verdict', () => {
  it('is against a check that failed', () => {
    expect(isRight({ sets: [plain], answers: [] })).toBe(true)
    expect(isRight({ sets: [plain, { ...plain, scenarios: [passed, failed] }], answers: [] })).toBe(false)
  })

  it('lets checks fail while workers die, but no answer be wrong', () => {
    expect(isRight({ sets: [often], answers: [answers] })).toBe(true)
    expect(isRight({ sets: [often], answers: [answers, wrong] })).toBe(false)
  })
})

describe('the report', () => {
  it('has one line for a set whose checks all passed', () => {
    expect(setLines(plain)).toBe('v1 plain 2025-11-25: 2 passed, 0 failed')
  })

  it('says which checks failed or warned, and why', () => {
    expect(setLines(often).split('\n')).toEqual([
      'v1 kill-often 2025-11-25: 1 passed, 1 failed, 1 warned (may fail)',
      '  ✗ ping, Ping: no answer',
      '  ! ping, Ping: no answer'
    ])
  })

  it('says how often each status was answered, and what was wrong', () => {
    expect(answerLines(wrong).split('\n')).toEqual([
      'v1 kill-often answers: 4 × 200, 1 × 503; 3 kills, 2 wrong',
      '  ✗ 2 × POST answered 404'
    ])
  })

  it('ends with the total of all sets', () => {
    expect(totalLine({ sets: [plain, often], answers: [] })).toBe('total: 3 passed, 1 failed')
  })
})
