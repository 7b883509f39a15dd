import { describe, expect, it } from 'vitest'
import { captured } from './captured.ts'
import { type Replay, withReplayed } from './replayed-suite.ts'

const order = { url: 'http://localhost:1/mcp', args: [] }
const passing = { stdout: captured('set-that-passes.txt'), checks: captured('set-that-passes.checks.json') }
const failing = { stdout: captured('scenario-that-fails.txt'), checks: captured('scenario-that-fails.checks.json') }

const runSet = (replay: Replay) => withReplayed(replay, (suite) => suite.runSet(order))
const runOne = (replay: Replay) => withReplayed(replay, (suite) => suite.runScenario('any', order))

describe('a suite', () => {
  it('gives the checks of each scenario of a set', async () => {
    const outcome = { name: 'server-session-lifecycle', passed: 3, failures: [], warnings: [] }
    expect(await runSet(passing)).toEqual([outcome])
  })

  it('says of a check that failed why it did, and counts nothing that only tells what was sent', async () => {
    const message = 'Server rejected some requests. Statuses: 400, 400, 400'
    const failures = [{ check: 'ServerAcceptsMultiplePostStreams', message }]
    expect(await runOne(failing)).toEqual({ name: 'server-sse-multiple-streams', passed: 0, failures, warnings: [] })
  })

  it('that counts otherwise than its checks add up is refused, so that no check gets lost unseen', async () => {
    const stdout = passing.stdout.replace('Total: 3', 'Total: 4')
    await expect(runSet({ ...passing, stdout })).rejects.toMatchObject({ code: 'SuiteUnreadable' })
  })

  it('that ended before its summary is refused, so that a part is not taken for the whole set', async () => {
    const stdout = passing.stdout.split('=== SUMMARY ===')[0] as string
    await expect(runSet({ ...passing, stdout })).rejects.toMatchObject({ code: 'SuiteUnreadable' })
  })

  it('whose scenario gave up without checks has failed it, and what it said last is the reason', async () => {
    const stdout = failing.stdout.split('\n')[0] as string
    const failures = [{ check: 'the scenario runs to its end', message: 'Server test error: boom' }]
    expect(await runOne({ stdout, stderr: 'Server test error: boom\n' })).toMatchObject({ passed: 0, failures })
  })

  it('that skips the scenario it was told to run is refused: nothing ran that could have failed', async () => {
    await expect(runOne({ stdout: captured('scenario-skipped.txt') })).rejects.toMatchObject({
      code: 'SuiteUnreadable'
    })
  })

  it('whose results are something else than checks is refused', async () => {
    await expect(runSet({ ...passing, checks: '[{"name":1}]' })).rejects.toMatchObject({ code: 'SuiteUnreadable' })
  })
})
