import type { LaunchedProcess, ProcessExit } from '@scaled-mcp/launcher'

/** A gateway of a cluster: it can be killed, and comes back where its clients look for it. */
export class GatewayProcess {
  readonly #launch: (port: string) => Promise<LaunchedProcess>
  #process: LaunchedProcess

  private constructor(launch: (port: string) => Promise<LaunchedProcess>, process: LaunchedProcess) {
    this.#launch = launch
    this.#process = process
  }

  /** @param launch starts one; its ready line says the URL. */
  static async start(launch: (port: string) => Promise<LaunchedProcess>): Promise<GatewayProcess> {
    return new GatewayProcess(launch, await launch('0'))
  }

  /** Where clients connect; the same after `restart`. */
  get url(): string {
    return this.#process.ready[1] as string
  }

  /** Another one after `restart`. */
  get pid(): number {
    return this.#process.pid
  }

  /** SIGKILL: every connection breaks. Resolves when the process has ended. */
  kill(): Promise<ProcessExit> {
    return this.#process.kill()
  }

  /** Starts one that has ended again, on the same port. Resolves when it serves. */
  async restart(): Promise<void> {
    this.#process = await this.#launch(new URL(this.url).port)
  }

  stop(): Promise<ProcessExit> {
    return this.#process.stop({ graceMs: 20_000 })
  }
}
