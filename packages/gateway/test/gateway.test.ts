import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { Subjects } from '@scaled-mcp/contracts'
import { MemoryBroker } from '@scaled-mcp/mesh'
import Fastify from 'fastify'
import { expect, it, vi } from 'vitest'
import { Gateway } from '../src/index.ts'

const log = Fastify().log

async function startGateway(change: Partial<Parameters<typeof Gateway.start>[1]> = {}): Promise<Gateway> {
  const subjects = new Subjects()
  const mesh = new MemoryBroker().connect({ process: 'g-0000-000001', subjects })
  const limits = { trustProxy: false, maxConnections: 100, leaveMs: 0, graceMs: 5_000, leaseMs: 60_000 }
  const place = { host: '127.0.0.1', port: 0, insecureNoAuth: false, allowedHosts: [], allowedOrigins: [] }
  return Gateway.start({ mesh, subjects, logger: log }, { ...limits, ...place, hostName: 'h', build: '0', ...change })
}

function preflight(url: string, origin: string): Promise<Response> {
  const headers = { origin, 'access-control-request-method': 'POST', 'access-control-request-headers': 'content-type' }
  return fetch(url, { method: 'OPTIONS', headers })
}

it('a page from an allowed origin may call, and a foreign one is not told that it may', async () => {
  const gateway = await startGateway()
  const allowed = await preflight(gateway.url, 'http://localhost:5173')
  expect([allowed.status, allowed.headers.get('access-control-allow-origin')]).toEqual([204, 'http://localhost:5173'])
  const foreign = await preflight(gateway.url, 'https://evil.example')
  expect(foreign.headers.get('access-control-allow-origin')).toBeNull()
  await gateway.stop()
})

it('a gateway that leaves still answers what it has, and says that it is not ready', async () => {
  const gateway = await startGateway({ holdMs: 1_000 })
  const { origin, url } = gateway
  const initialize = { jsonrpc: '2.0', id: 0, method: 'initialize', params: {} }
  const headers = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' }
  expect((await fetch(`${origin}/readyz`)).status).toBe(200)
  const held = fetch(url, { method: 'POST', headers, body: JSON.stringify(initialize) })
  await expect.poll(() => gateway.inFlight).toBe(1)
  const drained = gateway.drain()
  expect((await fetch(`${origin}/readyz`)).status).toBe(503)
  expect((await held).status).toBe(503) // no worker came within holdMs
  await drained
  await expect(fetch(`${origin}/livez`)).rejects.toThrow()
})

/** Everything that comes back on a connection of its own, until that is closed. */
async function answerTo(gateway: Gateway, request: string): Promise<string> {
  const socket = connect(Number(new URL(gateway.url).port), '127.0.0.1')
  socket.write(request)
  return text(socket)
}

it.each([
  ['what is no HTTP', 'hello\r\n\r\n', 400, 'HttpMalformed'],
  [
    'headers above the limit',
    `GET /mcp HTTP/1.1\r\nhost: a\r\nx: ${'x'.repeat(17_000)}\r\n\r\n`,
    431,
    'HeadersTooLarge'
  ]
])('%s is answered as every other mistake, and the connection is closed', async (_what, request, status, reason) => {
  const gateway = await startGateway()
  const [head, body] = (await answerTo(gateway, request)).split('\r\n\r\n') as [string, string]
  expect(head).toMatch(new RegExp(`^HTTP/1\\.1 ${status} [A-Z]`))
  expect(head).toContain('Connection: close')
  expect(JSON.parse(body)).toMatchObject({ jsonrpc: '2.0', id: null, error: { data: { reason } } })
  await gateway.stop()
})

it('a client that goes away in the middle of its body is no error of ours', async () => {
  const failed = vi.spyOn(log, 'error')
  const gateway = await startGateway()
  const socket = connect(Number(new URL(gateway.url).port), '127.0.0.1')
  const headers = ['host: 127.0.0.1', 'content-type: application/json', 'content-length: 100']
  socket.write(`POST /mcp HTTP/1.1\r\n${headers.join('\r\n')}\r\n\r\n{`)
  expect((await fetch(`${gateway.origin}/livez`)).status).toBe(200) // by now it reads the body
  socket.destroy()
  await gateway.stop() // waits for what is connected
  expect(failed).not.toHaveBeenCalled()
})
