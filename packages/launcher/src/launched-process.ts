import type { ChildProcess } from 'node:child_process'

/** How a process ended: `code` when it exited, `signal` when it was killed; the other is null. */
export interface ProcessExit {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
}

/** How to end a process politely. */
export interface StopOptions {
  /** The polite signal. Default SIGTERM. */
  readonly signal?: NodeJS.Signals
  /** How long it may take before SIGKILL, in milliseconds. Default 10 000. */
  readonly graceMs?: number
}

/**
 * A process that has become ready. It leads a process group of its own, so a Ctrl-C in the terminal reaches us and not
 * it; what it started in that group ends when it ends, and all of it ends when we do.
 */
export class LaunchedProcess {
  /** Resolves when the process has ended, by whomever. Never rejects. */
  readonly exited: Promise<ProcessExit>
  /** The match of its ready line: the matched text, then the groups of the expression. */
  readonly ready: readonly string[]
  readonly #child: ChildProcess

  constructor(child: ChildProcess, init: { readonly exited: Promise<ProcessExit>; readonly ready: readonly string[] }) {
    this.#child = child
    this.exited = init.exited
    this.ready = init.ready
  }

  get pid(): number {
    return this.#child.pid as number
  }

  /** Sends the polite signal, and SIGKILL when the grace is over. Resolves when the process has ended. */
  async stop(options: StopOptions = {}): Promise<ProcessExit> {
    this.#child.kill(options.signal ?? 'SIGTERM')
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), options.graceMs ?? 10_000)
    return this.exited.finally(() => clearTimeout(timer))
  }

  /** Sends SIGKILL. Resolves when the process has ended. */
  async kill(): Promise<ProcessExit> {
    this.#child.kill('SIGKILL')
    return this.exited
  }
}
