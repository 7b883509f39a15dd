import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { createConnection } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { type NatsServer, type NatsServerOptions, startNatsServer } from '../src/index.ts'

const started: NatsServer[] = []

async function start(options?: NatsServerOptions): Promise<NatsServer> {
  const server = await startNatsServer(options)
  started.push(server)
  return server
}

/** The INFO line that nats-server greets every connection with. */
function greeting(port: number): Promise<Record<string, unknown>> {
  return new Promise((resolve, reject) => {
    const socket = createConnection(port, '127.0.0.1')
    socket.once('error', reject)
    socket.once('data', (data) => {
      socket.destroy()
      resolve(JSON.parse(data.toString().replace(/^INFO /, '')) as Record<string, unknown>)
    })
  })
}

afterEach(async () => {
  vi.unstubAllEnvs()
  await Promise.all(started.splice(0).map((server) => server.stop()))
})

describe('nats-server', () => {
  it('N1: accepts connections with JetStream as soon as it is started', async () => {
    const server = await start()
    expect(server.url).toBe(`nats://127.0.0.1:${server.port}`)
    await expect(greeting(server.port)).resolves.toMatchObject({ jetstream: true, port: server.port })
  })

  it('N1: two of them never collide on a port or a store', async () => {
    const [one, other] = await Promise.all([start(), start()])
    expect(one.port).not.toBe(other.port)
    expect(one.storeDir).not.toBe(other.storeDir)
  })

  it('N2: comes back on the same port with the same store after a kill', async () => {
    const server = await start()
    const { port, storeDir, pid } = server
    await server.kill()
    await expect(greeting(port)).rejects.toMatchObject({ code: 'ECONNREFUSED' })
    await server.restart()
    await expect(greeting(port)).resolves.toMatchObject({ jetstream: true })
    expect([server.port, server.storeDir]).toEqual([port, storeDir])
    expect(server.pid).not.toBe(pid)
  })

  it('N3: leaves no temporary store behind, and a second stop does nothing', async () => {
    const server = await start()
    expect(existsSync(server.storeDir)).toBe(true)
    await server.stop()
    await server.stop()
    expect(existsSync(server.storeDir)).toBe(false)
  })

  it('a store of the caller is kept', async () => {
    const storeDir = await mkdtemp(join(tmpdir(), 'launcher-test-'))
    const server = await start({ storeDir })
    await server.stop()
    expect(existsSync(join(storeDir, 'jetstream'))).toBe(true)
    await rm(storeDir, { recursive: true })
  })

  it('takes the text of a configuration file for what has no option', async () => {
    const server = await start({ config: 'max_payload: 2048' })
    await expect(greeting(server.port)).resolves.toMatchObject({ max_payload: 2048 })
  })

  it('a port in use fails with what nats-server said about it', async () => {
    const { port } = await start()
    await expect(start({ port })).rejects.toMatchObject({
      code: 'LaunchFailed',
      message: expect.stringContaining('address already in use')
    })
  })

  it('without a nats-server on PATH the error says how to get one, and what needs none', async () => {
    vi.stubEnv('PATH', '/nowhere')
    const error = await start().catch((error: unknown) => error)
    expect(error).toMatchObject({ code: 'NatsServerMissing' })
    for (const advice of ['apt-get', 'brew', 'docker run', 'scaled-mcp dev']) expect(String(error)).toContain(advice)
  })
})
