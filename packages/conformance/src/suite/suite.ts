import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ConformanceError } from '../conformance-error.ts'
import { parseChecks } from './check.ts'
import { countOf, outcomeOf, type ScenarioOutcome, unfinishedOutcome } from './outcome.ts'
import { type ProgramEnd, runProgram } from './program.ts'
import { type BegunScenario, begunScenarios, listedScenarios, statedCount } from './suite-output.ts'

export interface SuiteInit {
  /** The Node.js that runs it. */
  readonly node: string
  readonly script: string
}

/** What a suite is to run. */
export interface SuiteOrder {
  /** Of the server. Its host is to be `localhost`, as the scenario of DNS rebinding expects. */
  readonly url: string
  readonly args: readonly string[]
  /** Told of what the suite prints, as it does. */
  readonly onOutput?: ((text: string) => void) | undefined
}

/** One version of the official suite. */
export class Suite {
  readonly #init: SuiteInit

  constructor(init: SuiteInit) {
    this.#init = init
  }

  /** Names of the scenarios for servers. */
  async list(args: readonly string[]): Promise<readonly string[]> {
    const { stdout, stderr } = await this.#run({ args: ['list', '--server', ...args] })
    const names = listedScenarios(stdout)
    if (names.length === 0) throw unreadable(`it lists no scenarios: ${stderr}`)
    return names
  }

  /** Runs several scenarios. @throws {ConformanceError} `SuiteUnreadable` when our sums and the suite's differ. */
  async runSet(order: SuiteOrder): Promise<readonly ScenarioOutcome[]> {
    const { outcomes, end } = await this.#test(order)
    const [ours, stated] = [countOf(outcomes), statedCount(end.stdout)]
    if (ours.passed === stated?.passed && ours.failed === stated.failed && outcomes.length > 0) return outcomes
    throw unreadable(`it counts ${JSON.stringify(stated)}, and we ${JSON.stringify(ours)}: ${end.stderr}`)
  }

  /** Runs one scenario. @throws {ConformanceError} `SuiteUnreadable` when it was skipped. */
  async runScenario(name: string, order: SuiteOrder): Promise<ScenarioOutcome> {
    const { outcomes, end } = await this.#test({ ...order, args: ['--scenario', name, ...order.args] })
    const [outcome] = outcomes
    if (outcome) return outcome
    throw unreadable(`${name} did not run: ${end.stdout}${end.stderr}`)
  }

  async #test({ url, args, onOutput }: SuiteOrder) {
    const folder = await mkdtemp(join(tmpdir(), 'scaled-mcp-conformance-'))
    try {
      const end = await this.#run({ args: ['server', '--url', url, '--output-dir', folder, ...args], onOutput })
      const outcomes = await Promise.all(begunScenarios(end.stdout).map((begun) => readOutcome(begun, end)))
      return { outcomes, end }
    } finally {
      await rm(folder, { recursive: true })
    }
  }

  #run({ args, onOutput }: Omit<SuiteOrder, 'url'>): Promise<ProgramEnd> {
    return runProgram({ command: this.#init.node, args: [this.#init.script, ...args], onOutput })
  }
}

async function readOutcome({ name, folder }: BegunScenario, { stderr }: ProgramEnd): Promise<ScenarioOutcome> {
  if (folder === undefined) return unfinishedOutcome(name, stderr.trim())
  return outcomeOf(name, parseChecks(await readFile(join(folder, 'checks.json'), 'utf8')))
}

function unreadable(what: string): ConformanceError {
  return new ConformanceError(`the suite cannot be understood; ${what}`, { code: 'SuiteUnreadable' })
}
