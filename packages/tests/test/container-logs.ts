import { type ChildProcess, spawn } from 'node:child_process'

/** What containers say, also those that are gone when somebody asks: the only trace of what went wrong in one of them. */
export class ContainerLogs {
  readonly #followed = new Map<string, ChildProcess>()
  readonly #lines: string[] = []

  /** Collects what these containers say from their start, until they end. Those that are followed already stay so. */
  follow(containers: readonly { readonly Id: string; readonly Name: string }[]): void {
    for (const { Id, Name } of containers) if (!this.#followed.has(Id)) this.#followed.set(Id, this.#read(Id, Name))
  }

  /** The newest lines of everything but what the balancer forwards and the usual words of a start. */
  get unusual(): string {
    return this.#lines
      .filter((line) => !/"level":"info".*"msg":"(ready|connected to NATS)"|HTTP\/1\.1"$/.test(line))
      .slice(-60)
      .join('\n')
  }

  stop(): void {
    for (const reader of this.#followed.values()) reader.kill()
  }

  #read(id: string, name: string): ChildProcess {
    const reader = spawn('docker', ['logs', '--follow', '--timestamps', id], { stdio: ['ignore', 'pipe', 'pipe'] })
    for (const stream of [reader.stdout, reader.stderr]) {
      let rest = ''
      stream.setEncoding('utf8').on('data', (text: string) => {
        const lines = (rest + text).split('\n')
        rest = lines.pop() as string
        this.#lines.push(...lines.map((line) => `${name} ${line.slice(0, 500)}`))
      })
    }
    return reader
  }
}
