import { connect } from 'node:net'
import { afterEach, expect, it } from 'vitest'
import { AdminServer } from '../src/index.ts'

const started: AdminServer[] = []

async function start(isReady: () => boolean = () => true): Promise<AdminServer> {
  const server = await AdminServer.start({ host: '127.0.0.1', port: 0, isReady })
  started.push(server)
  return server
}

async function get({ port }: AdminServer, path: string, method = 'GET') {
  const response = await fetch(`http://127.0.0.1:${port}${path}`, { method })
  return { code: response.status, body: await response.json() }
}

afterEach(() => Promise.all(started.splice(0).map((server) => server.stop())))

it('A1: a process that cannot work is still live, so that nobody kills it for a lost NATS', async () => {
  const server = await start(() => false)
  expect(await get(server, '/livez')).toEqual({ code: 200, body: { status: 'live' } })
})

it('A2: readiness follows the process from probe to probe', async () => {
  let isReady = true
  const server = await start(() => isReady)
  expect(await get(server, '/readyz')).toEqual({ code: 200, body: { status: 'ready' } })
  isReady = false
  expect(await get(server, '/readyz?verbose')).toEqual({ code: 503, body: { status: 'not ready' } })
})

it('anything else is not found, and a path that is no URL does not end the process', async () => {
  const server = await start()
  for (const path of ['/', '/metricz', '/livez/more', '//'])
    expect(await get(server, path)).toMatchObject({ code: 404 })
})

it('only reads are answered', async () => {
  expect(await get(await start(), '/readyz', 'POST')).toMatchObject({ code: 405 })
})

it('a port that is taken is reported with its code, for the caller to say which setting to change', async () => {
  const { port } = await start()
  const starting = AdminServer.start({ host: '127.0.0.1', port, isReady: () => true })
  await expect(starting).rejects.toMatchObject({ code: 'EADDRINUSE' })
})

it('stop closes connections that are kept alive, and does nothing the second time', async () => {
  const server = await start()
  const socket = connect(server.port, '127.0.0.1')
  await new Promise((resolve) => socket.once('connect', resolve))
  const closed = new Promise((resolve) => socket.once('close', resolve))
  await server.stop()
  await closed
  await server.stop()
})
