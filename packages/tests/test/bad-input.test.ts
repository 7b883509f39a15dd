import { heapAfterCollection } from '@scaled-mcp/testkit'
import { createScaledMcp, type ScaledMcp } from 'scaled-mcp'
import { afterAll, beforeAll, expect, it } from 'vitest'
import odd from './servers/odd.ts'

let running: ScaledMcp
let url: string

beforeAll(async () => {
  running = await createScaledMcp({
    server: odd,
    http: { port: 0, forwardHeaders: ['X-Team'] },
    shutdown: { leaveMs: 0 },
    log: { level: 'silent' }
  })
  url = running.url as string
})
afterAll(() => running.stop())

const ordinary = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' }
const request = (method: string, params = {}) => JSON.stringify({ jsonrpc: '2.0', id: 1, method, params })
const call = (name: string, args = {}) => request('tools/call', { name, arguments: args })

async function send(body: string, headers: Record<string, string> = {}): Promise<Response> {
  const response = await fetch(url, { method: 'POST', headers: { ...ordinary, ...headers }, body })
  await response.arrayBuffer()
  return response
}

/** One session, everything wrong that a client or a tool can do in it, and its end. */
async function everyMistake(): Promise<number[]> {
  const clientInfo = { name: 'clumsy', version: '1' }
  const params = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo }
  const opened = await send(request('initialize', params))
  const session = { 'mcp-session-id': opened.headers.get('mcp-session-id') as string }
  const answers = [
    await send('{"jsonrpc":'),
    await send(`[${request('ping')}]`),
    await send(request('ping'), { 'content-type': 'text/plain' }),
    await send(request('ping'), { accept: 'text/html' }),
    await send(request('ping')),
    await send(request('ping'), { 'mcp-session-id': 'a'.repeat(43) }),
    await send(`"${'x'.repeat(600_000)}"`),
    await send(request('initialize', { protocolVersion: 7 })),
    await send(call('throws'), session),
    await send(call('garbage'), session),
    await send(call('keep-function'), session),
    await send(call('no-such-tool'), session),
    await send(call('large', { bytes: 2_000_000 }), session)
  ]
  const ended = await fetch(url, { method: 'DELETE', headers: session })
  return [...answers, ended].map(({ status }) => status)
}

it('every mistake gets its own answer, and a thousand of them leave nothing behind', async () => {
  const expected = [400, 400, 415, 406, 400, 404, 413, 200, 200, 200, 200, 200, 200, 200]
  for (let warm = 0; warm < 20; warm++) expect(await everyMistake()).toEqual(expected)
  const before = heapAfterCollection()
  for (let round = 0; round < 80; round++) await everyMistake()
  const grown = heapAfterCollection() - before
  expect(grown).toBeLessThan(2 * 1024 * 1024)
}, 60_000)

it('the session of a client that did everything right is still served', async () => {
  const params = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'calm', version: '1' } }
  const opened = await send(request('initialize', params))
  const session = { 'mcp-session-id': opened.headers.get('mcp-session-id') as string }
  expect((await send(call('echo', { value: 'x' }), session)).status).toBe(200)
})

it('a tool sees the request headers that the operator lets through, and no other', async () => {
  const params = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'calm', version: '1' } }
  const opened = await send(request('initialize', params))
  const headers = {
    ...ordinary,
    'mcp-session-id': opened.headers.get('mcp-session-id') as string,
    'x-team': 'blue',
    'x-other': 'secret'
  }
  const seen = async (value: string) =>
    (await fetch(url, { method: 'POST', headers, body: call('header', { value }) })).text()
  expect(await seen('x-team')).toContain('"text":"blue"')
  expect(await seen('x-other')).toContain('"text":"undefined"')
})
