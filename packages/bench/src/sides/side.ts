/**
 * A side is one way to serve the same tool: its processes, and where to call it.
 *
 * A side that cannot be started whole leaves no process behind; `stop` ends all of them, last started first.
 */
import { fileURLToPath } from 'node:url'
import { launch, type StopOptions, startNatsServer } from '@scaled-mcp/launcher'
import type { SideProcess } from '../process-cost.ts'

/** A side that serves. */
export interface Side {
  readonly name: string
  readonly url: string
  /** Whether it answers every call with the fixed answer and speaks no MCP. */
  readonly isFixed: boolean
  readonly processes: readonly SideProcess[]
  stop(): Promise<void>
}

/** What starting a side needs to know. */
export interface SideInit {
  readonly name: string
  readonly isFixed: boolean
  readonly probe?: Probe | undefined
  /** Whether nats-server says what it holds, at {@link SideStart.natsMonitor}. */
  readonly isMonitored?: boolean
}

/** A module that every Node.js process of a side loads first, so that it can be looked into from outside. */
export interface Probe {
  readonly module: string
  readonly env?: Readonly<Record<string, string>>
  /** Told of every line that the processes write. */
  readonly onLine: (line: string) => void
}

interface Stoppable {
  stop(options?: StopOptions): Promise<unknown>
}

interface NodeProgram {
  readonly role: string
  readonly args: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  /** The line that says it is ready; its first group is where. Default: as the servers of this package say it. */
  readonly ready?: RegExp
}

const SAID_READY = /^ready (.*)$/
const SAID_MONITOR = /Starting http monitor on (\S+)/
const READY_MS = 30_000

/** Starts the processes of one side. */
export class SideStart {
  readonly #init: SideInit
  readonly #processes: SideProcess[] = []
  readonly #stoppables: Stoppable[] = []
  #natsMonitor: string | undefined
  #natsUrl: string | undefined

  constructor(init: SideInit) {
    this.#init = init
  }

  /** Starts a Node.js program and gives where it serves. */
  async node({ role, args, env, ready = SAID_READY }: NodeProgram): Promise<string> {
    const { probe } = this.#init
    const launched = await launch({
      command: process.execPath,
      args: [...(probe ? ['--import', probe.module] : []), ...args],
      env: { ...env, ...probe?.env },
      ready,
      readyTimeoutMs: READY_MS,
      onLine: ({ text }) => probe?.onLine(text)
    })
    this.#add(role, launched.pid, launched)
    return launched.ready[1] as string
  }

  /** Starts a nats-server with JetStream on disk and gives its URL. */
  async nats(): Promise<string> {
    const server = await startNatsServer({
      ...(this.#init.isMonitored && { config: 'http: "127.0.0.1:-1"' }),
      onLine: ({ text }) => {
        this.#natsMonitor = SAID_MONITOR.exec(text)?.[1] ?? this.#natsMonitor
      }
    })
    this.#add('nats-server', server.pid, server)
    this.#natsUrl = server.url
    return server.url
  }

  /** Where its nats-server listens; it is started. */
  get natsUrl(): string {
    return this.#natsUrl as string
  }

  /** Where nats-server says over HTTP what it holds; it is started, and {@link SideInit.isMonitored}. */
  get natsMonitor(): string {
    return `http://${this.#natsMonitor}`
  }

  /** The side, which serves at `url`. */
  serving(url: string): Side {
    const { name, isFixed } = this.#init
    return { name, url, isFixed, processes: this.#processes, stop: () => this.stop() }
  }

  async stop(): Promise<void> {
    for (const stoppable of this.#stoppables.splice(0).reverse()) await stoppable.stop()
  }

  #add(role: string, pid: number, stoppable: Stoppable): void {
    this.#processes.push({ role, pid })
    this.#stoppables.push(stoppable)
  }
}

/** The path of one of this package's own programs, as it is compiled. */
export function programOf(name: string): string {
  return fileURLToPath(new URL(`../../dist/${name}.js`, import.meta.url))
}
