import type { SimulationResult } from './simulation.ts'
import type { History } from './workload/history.ts'

/** What many runs add up to. */
export class Totals {
  readonly #outcomes = new Map<string, number>()
  readonly #faults = new Map<string, number>()
  readonly #failing: SimulationResult[] = []
  readonly #recoveries: number[] = []
  #streams = 0
  #events = 0
  #returns = 0
  #runs = 0
  #takeovers = 0

  add(result: SimulationResult): void {
    this.#runs++
    this.#takeovers += result.takeovers
    this.#recoveries.push(...result.recoveries)
    for (const [kind, times] of result.faults) count(this.#faults, kind, times)
    for (const { outcome = 'none', code = '' } of result.history.operations) {
      count(this.#outcomes, outcome === 'ok' ? 'ok' : `${outcome} ${code}`, 1)
    }
    this.#addStreams(result.history)
    if (result.violations.length > 0) this.#failing.push(result)
  }

  /** The runs that broke a promise. */
  get failing(): readonly SimulationResult[] {
    return this.#failing
  }

  toString(): string {
    const operations = [...this.#outcomes.values()].reduce((sum, times) => sum + times, 0)
    return [
      `${this.#runs} runs, ${operations} operations, ${this.#takeovers} takeovers`,
      `streams: ${this.#streams} followed, ${this.#returns} returns to them, ${this.#events} events seen`,
      `outcomes: ${listed(this.#outcomes)}`,
      `faults: ${listed(this.#faults)}`,
      `recoveries: ${this.#recovered()}`,
      `violations: ${this.#failing.length} runs with ${this.#failing.flatMap(({ violations }) => violations).length}`
    ].join('\n')
  }

  #addStreams({ sights, operations }: History): void {
    this.#streams += sights.filter(({ events }) => events.length > 0).length
    this.#events += sights.reduce((sum, { events }) => sum + events.length, 0)
    this.#returns += operations.filter(({ kind }) => kind === 'resume').length
  }

  #recovered(): string {
    const sorted = [...this.#recoveries].sort((a, b) => a - b)
    const at = (share: number): string => (sorted[Math.ceil(sorted.length * share) - 1] ?? 0).toFixed(0)
    return `${sorted.length} sessions, p50 ${at(0.5)} ms, p99 ${at(0.99)} ms, max ${at(1)} ms after the last fault`
  }
}

function count(counts: Map<string, number>, what: string, times: number): void {
  counts.set(what, (counts.get(what) ?? 0) + times)
}

function listed(counts: ReadonlyMap<string, number>): string {
  const byCount = [...counts].sort(([, a], [, b]) => b - a)
  return byCount.map(([what, times]) => `${what.trim()} ${times}`).join(', ') || 'none'
}
