import type { SuiteVersion } from './suite-store.ts'

/** A set of scenarios, and how its suite is told to run it. */
export interface RequirementSet {
  readonly suite: SuiteVersion
  /** Runs all of it in one process. */
  readonly whole: readonly string[]
  /** Lists the names of its scenarios. */
  readonly list: readonly string[]
  /** Runs one of its scenarios as the whole set would: `--requirements` does not go with `--scenario`. */
  readonly single: readonly string[]
}

/** A revision that the suite tests the servers of, without a frozen list of requirements. */
function revision(date: string): RequirementSet {
  const version = ['--spec-version', date]
  return { suite: '0.2.0-alpha.11', whole: ['--suite', 'all', ...version], list: version, single: version }
}

/** What servers with sessions are held to. 2026-07-28 is missing, as it is not served. */
export const requirementSets = {
  '0.1.16': { suite: '0.1.16', whole: ['--suite', 'all'], list: [], single: [] },
  '2025-11-25': {
    suite: '0.2.0-alpha.11',
    whole: ['--requirements', '2025-11-25'],
    list: ['--requirements', '2025-11-25'],
    single: ['--spec-version', '2025-11-25']
  },
  '2025-06-18': revision('2025-06-18'),
  '2025-03-26': revision('2025-03-26')
} as const satisfies { readonly [name: string]: RequirementSet }

export type SetName = keyof typeof requirementSets

export const setNames = Object.keys(requirementSets) as SetName[]
