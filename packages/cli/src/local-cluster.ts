/**
 * A local cluster of real processes: workers, gateways and, when no URL is given, a nats-server of its own.
 *
 * U1  One `ready URL` line per gateway, in the order of their ports, when every member is ready; nothing after it on
 *     standard output.
 * U2  Whatever ends it, no process and no file of its own is left.
 */
import { fileURLToPath } from 'node:url'
import { type LaunchedProcess, launch, type OutputLine, startNatsServer } from '@scaled-mcp/launcher'

export interface UpOptions {
  /** The server module, as the worker finds it. */
  readonly server: string
  readonly gateways: number
  readonly workers: number
  /** Of the first gateway; the others take the ports after it. 0: any free ones. */
  readonly port: number
  /** A running NATS; undefined: start one. */
  readonly nats?: string | undefined
  /** Show everything the members log, not only warnings and errors. */
  readonly verbose: boolean
}

/** A running local cluster. */
export interface LocalCluster {
  /** Where clients connect, one per gateway. */
  readonly urls: readonly string[]
  /** Resolves when a member has ended by itself and none of its role is left. */
  readonly lost: Promise<string>
  stop(): Promise<void>
}

interface Member {
  readonly name: string
  readonly process: LaunchedProcess
}

/** Longer than a member's own grace, so that it ends by itself when it can. */
const STOP_MS = 15_000
const program = fileURLToPath(new URL('../bin/scaled-mcp.mjs', import.meta.url))
const isQuiet = /^\{"level":"(?:trace|debug|info)"/
const isReady = /(?:"url":"([^"]*)".*)?"msg":"ready"/

/** Starts the cluster. Rejects with what the first member that failed said; nothing is left running then. */
export async function startLocalCluster(options: UpOptions): Promise<LocalCluster> {
  const parts = new LocalParts(options)
  try {
    return await parts.start()
  } catch (error) {
    await parts.stop()
    throw error
  }
}

class LocalParts implements LocalCluster {
  readonly #options: UpOptions
  readonly #members: Member[] = []
  readonly lost: Promise<string>
  #lose: (name: string) => void = () => undefined
  #urls: readonly string[] = []
  #stopNats: (() => Promise<void>) | undefined
  #isStopping = false

  constructor(options: UpOptions) {
    this.#options = options
    this.lost = new Promise((resolve) => {
      this.#lose = resolve
    })
  }

  get urls(): readonly string[] {
    return this.#urls
  }

  async start(): Promise<this> {
    const { server, gateways, workers, port } = this.#options
    const nats = this.#options.nats ?? (await this.#startNats())
    const common = ['--nats', nats, '--admin-port', '0']
    // The first worker creates buckets and streams; the others find them.
    await this.#launch('worker-1', ['worker', server, ...common])
    const others = range(workers - 1).map((i) => this.#launch(`worker-${i + 2}`, ['worker', server, ...common]))
    const edges = range(gateways).map((i) =>
      this.#launch(`gateway-${i + 1}`, [
        'gateway',
        '--port',
        String(port && port + i),
        '--shutdown-leave-ms',
        '0',
        ...common
      ])
    )
    await allReady(others)
    this.#urls = (await allReady(edges)).map(({ ready }) => ready[1] as string)
    return this
  }

  async stop(): Promise<void> {
    this.#isStopping = true
    for (const role of ['gateway', 'worker']) {
      await Promise.all(this.#ofRole(role).map(({ process }) => process.stop({ graceMs: STOP_MS })))
    }
    await this.#stopNats?.()
  }

  async #startNats(): Promise<string> {
    const server = await startNatsServer()
    this.#stopNats = () => server.stop()
    return server.url
  }

  async #launch(name: string, args: readonly string[]): Promise<LaunchedProcess> {
    const onLine = (line: OutputLine) => this.#show(name, line)
    const command = { command: process.execPath, args: [program, ...args] }
    const launched = await launch({ ...command, ready: isReady, readyTimeoutMs: 30_000, onLine })
    const member = { name, process: launched }
    this.#members.push(member)
    void launched.exited.then(() => this.#ended(member))
    return launched
  }

  #ended(member: Member): void {
    this.#members.splice(this.#members.indexOf(member), 1)
    if (this.#isStopping) return
    process.stderr.write(`${member.name} ended by itself\n`)
    const role = member.name.split('-', 1)[0] as string
    if (this.#ofRole(role).length === 0) this.#lose(role)
  }

  #ofRole(role: string): Member[] {
    return this.#members.filter(({ name }) => name.startsWith(role))
  }

  #show(name: string, { text }: OutputLine): void {
    if (this.#options.verbose || !isQuiet.test(text)) process.stderr.write(`${name} ${text}\n`)
  }
}

function range(length: number): number[] {
  return Array.from({ length }, (_, i) => i)
}

/** Waits for all, also when one fails, so that none is still starting when the cluster is stopped. */
async function allReady(launches: readonly Promise<LaunchedProcess>[]): Promise<LaunchedProcess[]> {
  await Promise.allSettled(launches)
  return Promise.all(launches)
}
