/**
 * A nats-server for tests, wherever the tests run. The first that applies:
 *
 * 1. `NATS_URL` names one that already runs.
 * 2. `nats-server` is on PATH: one of our own, on a free port, with a temporary store.
 * 3. A container engine answers: a container.
 *
 * None of them: the test fails and says how to get one. It never skips in silence.
 */
import { LauncherError, type NatsServer, startNatsServer as startOwn } from '@scaled-mcp/launcher'

/** A server that is not a process of ours, so it cannot be killed or restarted. */
export interface ExternalNatsServer {
  readonly external: true
  readonly url: string
  /** Removes the container; leaves the server of `NATS_URL` alone. */
  stop(): Promise<void>
}

/** Look at `external` before `kill` and `restart`: they exist only when it is false. */
export type TestNatsServer = ExternalNatsServer | (NatsServer & { readonly external: false })

/** The one of docker-compose.yml, so that a machine needs one. */
const IMAGE = 'nats:2.12-alpine'
const CLIENT_PORT = 4222

/**
 * Starts (or finds) a nats-server with JetStream.
 *
 * @throws {LauncherError} `NatsServerMissing` with how to get one; `cause` says why no container could be started.
 */
export async function startNatsServer(): Promise<TestNatsServer> {
  const url = process.env['NATS_URL']
  if (url) return { external: true, url, stop: async () => {} }
  try {
    return Object.assign(await startOwn(), { external: false as const })
  } catch (error) {
    if (error instanceof LauncherError && error.code === 'NatsServerMissing') return startContainer(error)
    throw error
  }
}

async function startContainer(missing: LauncherError): Promise<ExternalNatsServer> {
  // Imported late: it is slow to load, and most machines have a nats-server.
  const { GenericContainer, getContainerRuntimeClient, Wait } = await import('testcontainers')
  await getContainerRuntimeClient().catch((cause: unknown) => {
    throw new LauncherError(
      `${missing.message}
No container engine answers either.`,
      { code: missing.code, cause }
    )
  })
  // Not @testcontainers/nats: it always sets a password, and these tests connect without one.
  const container = await new GenericContainer(IMAGE)
    .withCommand(['--jetstream'])
    .withExposedPorts(CLIENT_PORT)
    .withWaitStrategy(Wait.forLogMessage(/Server is ready/))
    .start()
  return {
    external: true,
    url: `nats://${container.getHost()}:${container.getMappedPort(CLIENT_PORT)}`,
    stop: async () => void (await container.stop())
  }
}
