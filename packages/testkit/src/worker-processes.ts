import type { LaunchedProcess, ProcessExit } from '@scaled-mcp/launcher'

/** A worker of a cluster: the process that hosts sessions, and its parent, which leads their process group. */
export class WorkerProcesses {
  /** Of the process that hosts sessions. */
  readonly pid: number
  /** The URL by which it reaches NATS. */
  readonly nats: string
  readonly #parent: LaunchedProcess

  constructor(parent: LaunchedProcess, { pid, nats }: { readonly pid: number; readonly nats: string }) {
    this.#parent = parent
    this.pid = pid
    this.nats = nats
  }

  /** SIGKILL of the process that hosts sessions. Resolves when its parent has ended, too. */
  kill(): Promise<ProcessExit> {
    process.kill(this.pid, 'SIGKILL')
    return this.#parent.exited
  }

  /** SIGKILL of both at once, as when their machine is gone. */
  killBoth(): Promise<ProcessExit> {
    process.kill(-this.#parent.pid, 'SIGKILL')
    return this.#parent.exited
  }

  /** SIGSTOP of the process that hosts sessions, with all its threads. */
  pause(): void {
    process.kill(this.pid, 'SIGSTOP')
  }

  resume(): void {
    process.kill(this.pid, 'SIGCONT')
  }

  stop(): Promise<ProcessExit> {
    return this.#parent.stop({ graceMs: 20_000 })
  }
}
