/**
 * Three nats-servers of our own that replicate their JetStream, for what a single one cannot show: changes of a stream's
 * leader, and stores whose answers come from a majority. They do not tell clients of each other, so that a client stays
 * where a test has put it.
 */
import { type NatsServer, startNatsServer } from '@scaled-mcp/launcher'
import { freePort } from './free-port.ts'

export class NatsCluster {
  readonly servers: readonly NatsServer[]

  private constructor(servers: readonly NatsServer[]) {
    this.servers = servers
  }

  /** @throws {LauncherError} `NatsServerMissing` when there is no nats-server on PATH. */
  static async start(): Promise<NatsCluster> {
    const ports = await Promise.all([freePort(), freePort(), freePort()])
    const routes = ports.map((port) => `nats-route://127.0.0.1:${port}`).join(', ')
    const start = (port: number, i: number): Promise<NatsServer> =>
      startNatsServer({
        config: `server_name: n${i}
cluster { name: test, listen: "127.0.0.1:${port}", routes: [${routes}], no_advertise: true }`
      })
    return new NatsCluster(await Promise.all(ports.map(start)))
  }

  /** Of every server, for clients. */
  get urls(): readonly string[] {
    return this.servers.map(({ url }) => url)
  }

  /** The server with this name: `n0` to `n2`. */
  named(name: string): NatsServer | undefined {
    return this.servers[Number(name.slice(1))]
  }

  async stop(): Promise<void> {
    await Promise.all(this.servers.map((server) => server.stop()))
  }
}
