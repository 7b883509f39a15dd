/** Reads what a suite prints. The checks themselves are in files, which it names; the text alone tells of the rest. */
import type { Count } from './outcome.ts'

/** A scenario that a suite began. */
export interface BegunScenario {
  readonly name: string
  /** Where its `checks.json` is; undefined when it gave up before it had any checks. */
  readonly folder: string | undefined
}

const BEGUN = /^Running client scenario '(.+)' against server: .*$/gm
const SAVED = /^Results saved to (.+)$/m
/** Of a whole set, or of one scenario. */
const STATED = /^(?:Total: (?<total>\d+) passed|Passed: (?<one>\d+)\/\d+), (?<failed>\d+) failed/m
/** `list` says what is required, then (for a requirement set) what runs besides, each with the side that it tests. */
const LISTED = /^ +- (?<name>\S+)(?: \[(?<note>[^\]]*)\])?$/
const SERVER_HEADING = /^Server scenarios/
const CLIENT_HEADING = /^Client scenarios/

/** The scenarios that a suite began, in their order. */
export function begunScenarios(stdout: string): readonly BegunScenario[] {
  const begun = [...stdout.matchAll(BEGUN)]
  return begun.map((match, i) => {
    const said = stdout.slice(match.index, begun[i + 1]?.index)
    return { name: match[1] as string, folder: SAVED.exec(said)?.[1] }
  })
}

/** What the suite itself adds up to at its end; undefined when it did not get there. */
export function statedCount(stdout: string): Count | undefined {
  const groups = STATED.exec(stdout)?.groups
  if (!groups) return undefined
  return { passed: Number(groups['total'] ?? groups['one']), failed: Number(groups['failed']) }
}

/** The scenarios for servers in what `list --server` prints. */
export function listedScenarios(stdout: string): readonly string[] {
  let isServers = false
  const names: string[] = []
  for (const line of stdout.split('\n')) {
    if (SERVER_HEADING.test(line)) isServers = true
    if (CLIENT_HEADING.test(line)) isServers = false
    const { name, note } = LISTED.exec(line)?.groups ?? {}
    if (name !== undefined && (note === 'server' || (isServers && note !== 'client'))) names.push(name)
  }
  return names
}
