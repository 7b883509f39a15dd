import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { composeCommand, containersOf, type SeenContainer } from './container-engine.ts'
import { root } from './local-cluster.ts'

const run = promisify(execFile)
const files = ['docker-compose.yml', 'packages/tests/test/compose-in-test.yml'].flatMap((file) => ['-f', file])

/** `docker-compose.yml` under a name of its own, its ports any free ones. */
export class ComposeProject {
  readonly name: string

  constructor(name: string) {
    this.name = name
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
    const env = { ...process.env, MCP_PORT: '' }
    const options = { cwd: root, env, maxBuffer: 64 * 1024 * 1024 }
    return (await run(command, [...first, ...files, '-p', this.name, ...args], options)).stdout
  }
}
