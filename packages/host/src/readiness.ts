/** True when it holds; else what is wrong, in a few words for an operator. Called for every probe, so it is quick. */
export type ReadinessCheck = () => true | string

/** The answer of `/readyz`. */
export interface ReadinessReport {
  readonly isReady: boolean
  /** By name: `ok`, or what is wrong. */
  readonly checks: Readonly<Record<string, string>>
}

/** The named conditions that must all hold before a process is sent work. */
export class Readiness {
  readonly #checks = new Map<string, ReadinessCheck>()

  /** Adds a check; one of the same name is replaced. */
  add(name: string, check: ReadinessCheck): void {
    this.#checks.set(name, check)
  }

  /** A process without checks is not ready: it has not come so far as to add one. */
  report(): ReadinessReport {
    const results = [...this.#checks].map(([name, check]) => [name, outcome(check)] as const)
    return {
      isReady: results.length > 0 && results.every(([, result]) => result === true),
      checks: Object.fromEntries(results.map(([name, result]) => [name, result === true ? 'ok' : result]))
    }
  }
}

function outcome(check: ReadinessCheck): true | string {
  try {
    return check()
  } catch (error) {
    return `the check itself failed: ${error instanceof Error ? error.message : String(error)}`
  }
}
