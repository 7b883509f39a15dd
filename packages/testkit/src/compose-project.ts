import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { composeCommand, containersOf, type SeenContainer } from './container-engine.ts'
import { root } from './root.ts'

const run = promisify(execFile)

/** `docker-compose.yml` under a name of its own, its ports any free ones. */
export class ComposeProject {
  readonly name: string
  readonly #files: readonly string[]
  readonly #env: Readonly<Record<string, string>>

  /**
   * @param overlay path, from the root of the repository, of what is laid over it.
   * @param env what its files ask for.
   */
  constructor(name: string, overlay: string, env: Readonly<Record<string, string>> = {}) {
    this.name = name
    this.#env = env
    this.#files = ['docker-compose.yml', overlay].flatMap((file) => ['-f', file])
  }

  async build(): Promise<void> {
    await this.#compose('build')
  }

  /** Starts what is missing and stops what is too many. Returns when all that others depend on is healthy. */
  async up(gateways: number, workers: number): Promise<void> {
    await this.#compose('up', '-d', '--scale', `gateway=${gateways}`, '--scale', `worker=${workers}`)
  }

  async stop(): Promise<void> {
    await this.#compose('stop')
  }

  async down(...options: readonly string[]): Promise<void> {
    await this.#compose('down', ...options)
  }

  /** Where this machine reaches a port of a service, as `host:port`. */
  async address(service: string, port: number): Promise<string> {
    return (await this.#compose('port', service, String(port))).trim()
  }

  /** The containers of these services, stopped ones included; without names, of all. */
  async containers(...services: readonly string[]): Promise<readonly SeenContainer[]> {
    const isWanted = ({ Config }: SeenContainer) =>
      services.length === 0 || services.includes(Config.Labels['com.docker.compose.service'] ?? '')
    return (await containersOf(this.name)).filter(isWanted)
  }

  async #compose(...args: readonly string[]): Promise<string> {
    const [command, ...first] = await composeCommand()
    const env = { ...process.env, MCP_PORT: '', ...this.#env }
    const options = { cwd: root, env, maxBuffer: 64 * 1024 * 1024 }
    return (await run(command, [...first, ...this.#files, '-p', this.name, ...args], options)).stdout
  }
}
