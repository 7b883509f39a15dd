import type { Check } from './check.ts'

/** A check that did not succeed, and why. */
export interface Complaint {
  readonly check: string
  readonly message: string
}

/** What one scenario found. */
export interface ScenarioOutcome {
  readonly name: string
  readonly passed: number
  readonly failures: readonly Complaint[]
  /** Of what the specification only recommends; they count neither way. */
  readonly warnings: readonly Complaint[]
}

/** Checks added up. */
export interface Count {
  readonly passed: number
  readonly failed: number
}

export function outcomeOf(name: string, checks: readonly Check[]): ScenarioOutcome {
  const having = (status: Check['status']) => checks.filter((check) => check.status === status)
  return {
    name,
    passed: having('SUCCESS').length,
    failures: having('FAILURE').map(complaintOf),
    warnings: having('WARNING').map(complaintOf)
  }
}

/** Of a scenario that gave up before it had any checks; the suites count that as one that failed. */
export function unfinishedOutcome(name: string, said: string): ScenarioOutcome {
  return { name, passed: 0, failures: [{ check: 'the scenario runs to its end', message: said }], warnings: [] }
}

export function countOf(outcomes: readonly ScenarioOutcome[]): Count {
  return {
    passed: outcomes.reduce((sum, { passed }) => sum + passed, 0),
    failed: outcomes.reduce((sum, { failures }) => sum + failures.length, 0)
  }
}

function complaintOf({ name, description, errorMessage }: Check): Complaint {
  return { check: name, message: errorMessage ?? description }
}
