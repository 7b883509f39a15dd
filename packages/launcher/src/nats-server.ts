/**
 * A nats-server of our own, with JetStream.
 *
 * N1. It listens on loopback only, on a free port unless told, and is ready: connections are accepted.
 * N2. It keeps its port and its store over `kill` and `restart`, so clients find it again and nothing acked is lost.
 * N3. After `stop` nothing of it is left: no process, no temporary folder.
 */
import { rmSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { findNatsServer } from './find-nats-server.ts'
import { launch, type OutputLine } from './launch.ts'
import type { LaunchedProcess } from './launched-process.ts'
import { LauncherError } from './launcher-error.ts'

export interface NatsServerOptions {
  /** Default: any free port. */
  readonly port?: number
  /** Folder of the JetStream store, kept at `stop`. Default: a temporary one. */
  readonly storeDir?: string
  /** Text of a nats-server configuration file, for what has no option here (accounts, limits). */
  readonly config?: string
  readonly onLine?: (line: OutputLine) => void
}

const MISSING = `there is no nats-server on PATH. Get one:
  Debian, Ubuntu:  sudo apt-get install nats-server
  macOS:           brew install nats-server
  Docker:          docker run --rm -p 4222:4222 nats:2 -js   (then NATS_URL=nats://127.0.0.1:4222)
Without NATS: \`scaled-mcp dev\` runs everything in one process and needs none.`

const ANY_FREE_PORT = -1

/** A running nats-server. Made by `startNatsServer`. */
export class NatsServer {
  readonly port: number
  readonly #folder: string
  readonly #options: NatsServerOptions
  readonly #removeFolder = () => rmSync(this.#folder, { recursive: true, force: true })
  #process: LaunchedProcess

  constructor(launched: LaunchedProcess, init: { readonly folder: string; readonly options: NatsServerOptions }) {
    this.#process = launched
    this.#folder = init.folder
    this.#options = init.options
    this.port = Number(launched.ready[1])
    process.once('exit', this.#removeFolder) // N3, also for who ends without stopping it
  }

  /** What a client connects to; without credentials. */
  get url(): string {
    return `nats://127.0.0.1:${this.port}`
  }

  /** Another one after `restart`. */
  get pid(): number {
    return this.#process.pid
  }

  get storeDir(): string {
    return this.#options.storeDir ?? this.#folder
  }

  /** Ends it for good and removes the temporary store. Calling it again does nothing. */
  async stop(): Promise<void> {
    await this.#process.stop()
    process.off('exit', this.#removeFolder)
    await rm(this.#folder, { recursive: true, force: true }) // N3
  }

  /** SIGKILL; the store stays for `restart`. */
  async kill(): Promise<void> {
    await this.#process.kill()
  }

  /** Starts it again on the same port and store, after a polite stop when it still runs. */
  async restart(): Promise<void> {
    await this.#process.stop()
    this.#process = await launchIn(this.#folder, { ...this.#options, port: this.port }) // N2
  }
}

/**
 * Starts the nats-server that is on PATH.
 *
 * @throws {LauncherError} `NatsServerMissing` when there is none, with how to get one; `LaunchFailed` when it does not
 * start: a port in use, a store or configuration that it refuses.
 */
export async function startNatsServer(options: NatsServerOptions = {}): Promise<NatsServer> {
  const folder = await mkdtemp(join(tmpdir(), 'scaled-mcp-nats-'))
  try {
    return new NatsServer(await launchIn(folder, options), { folder, options })
  } catch (error) {
    await rm(folder, { recursive: true, force: true })
    throw error
  }
}

async function launchIn(folder: string, options: NatsServerOptions): Promise<LaunchedProcess> {
  const command = findNatsServer()
  if (command === undefined) throw new LauncherError(MISSING, { code: 'NatsServerMissing' })
  const port = options.port ?? ANY_FREE_PORT
  return launch({
    command,
    args: [
      ...['--addr', '127.0.0.1', '--port', String(port)], // N1
      ...['--jetstream', '--store_dir', options.storeDir ?? folder],
      ...(await configFlags(folder, options.config))
    ],
    ready: /Listening for client connections on .*:(\d+)$/,
    ...(options.onLine && { onLine: options.onLine })
  })
}

async function configFlags(folder: string, config: string | undefined): Promise<string[]> {
  if (config === undefined) return []
  const file = join(folder, 'nats.conf')
  await writeFile(file, config)
  return ['--config', file]
}
