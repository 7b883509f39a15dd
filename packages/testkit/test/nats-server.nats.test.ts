import { createConnection } from 'node:net'
import { afterEach, expect, it, vi } from 'vitest'
import { startNatsServer } from '../src/index.ts'

afterEach(() => {
  vi.unstubAllEnvs()
})

/** Resolves with what a server says first to a client. */
function greeting(url: string): Promise<string> {
  const { hostname, port } = new URL(url)
  return new Promise((resolve, reject) => {
    const socket = createConnection(Number(port), hostname)
    socket.once('error', reject)
    socket.once('data', (data) => {
      socket.destroy()
      resolve(data.toString())
    })
  })
}

it('gives a nats-server with JetStream', async () => {
  const server = await startNatsServer()
  await expect(greeting(server.url)).resolves.toContain('"jetstream":true')
  await server.stop()
})

it('a server of our own can be killed and comes back where it was', async () => {
  vi.stubEnv('NATS_URL', '')
  const server = await startNatsServer()
  if (server.external) throw new Error('this machine has no nats-server on PATH')
  const { url } = server
  await server.kill()
  await expect(greeting(url)).rejects.toThrow('ECONNREFUSED')
  await server.restart()
  await expect(greeting(server.url)).resolves.toContain('INFO')
  expect(server.url).toBe(url)
  await server.stop()
})

it('NATS_URL goes first and is left alone, so that a suite can share one server', async () => {
  vi.stubEnv('NATS_URL', '')
  const shared = await startNatsServer()
  vi.stubEnv('NATS_URL', shared.url)
  const server = await startNatsServer()
  expect(server).toMatchObject({ external: true, url: shared.url })
  await server.stop()
  await expect(greeting(shared.url)).resolves.toContain('INFO')
  await shared.stop()
})

it('without NATS_URL, nats-server and container engine it fails and says how to get one', async () => {
  vi.stubEnv('NATS_URL', '')
  vi.stubEnv('PATH', '/nowhere')
  const cause = new Error('no engine')
  vi.doMock('testcontainers', () => ({
    GenericContainer: undefined,
    Wait: undefined,
    getContainerRuntimeClient: () => Promise.reject(cause)
  }))
  const starting = startNatsServer()
  await expect(starting).rejects.toMatchObject({ code: 'NatsServerMissing', cause })
  await expect(starting).rejects.toThrow(/apt-get install nats-server(.|\n)*No container engine answers/)
  vi.doUnmock('testcontainers')
})
