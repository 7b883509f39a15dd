import { describe, expect, it } from 'vitest'
import { begunScenarios, listedScenarios, statedCount } from '../../src/suite/suite-output.ts'
import { captured } from './captured.ts'

describe('what a suite prints', () => {
  it('names every scenario that it began with the folder of its checks, none taken for that of another', () => {
    const begun = begunScenarios(captured('set-that-fails.txt'))
    expect(begun).toHaveLength(32)
    expect(begun.filter(({ name, folder }) => !folder?.startsWith(`OUT/server-${name}-2026`))).toEqual([])
  })

  it('leaves the folder out for a scenario that gave up, so that its failure is not read from the next one', () => {
    const withoutOne = captured('set-that-fails.txt').replace(/^Results saved to OUT\/server-ping-.*\n/m, '')
    const gaveUp = begunScenarios(withoutOne).filter(({ folder }) => folder === undefined)
    expect(gaveUp).toEqual([{ name: 'ping', folder: undefined }])
  })

  it('tells of no scenario when it was skipped', () => {
    expect(begunScenarios(captured('scenario-skipped.txt'))).toEqual([])
  })

  it('adds up to the same for a set and for a single scenario, though both are worded differently', () => {
    expect(statedCount(captured('set-that-fails.txt'))).toEqual({ passed: 42, failed: 1 })
    expect(statedCount(captured('scenario-that-fails.txt'))).toEqual({ passed: 0, failed: 1 })
  })

  it('states nothing when it was ended before its summary', () => {
    expect(statedCount(captured('set-that-fails.txt').split('=== SUMMARY ===')[0] as string)).toBeUndefined()
  })

  it('lists what a requirement set runs for servers, the scenarios that are not scored included, and none for clients', () => {
    const names = listedScenarios(captured('list-of-requirements.txt'))
    expect(names).toHaveLength(33)
    expect(names.slice(0, 2)).toEqual(['server-initialize', 'logging-set-level'])
    expect(names.slice(-3)).toEqual(['server-session-lifecycle', 'json-schema-2020-12', 'server-sse-polling'])
  })

  it('lists the scenarios of a whole suite without the revisions that they are for', () => {
    const names = listedScenarios(captured('list.txt'))
    expect(names).toHaveLength(32)
    expect(names.at(-1)).toBe('dns-rebinding-protection')
  })
})
