import { randomUUID } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import {
  type ConnectedV1,
  connectV1,
  connectV2,
  startNatsServer,
  type TestNatsServer,
  until
} from '@scaled-mcp/testkit'
import type { NatsConnection } from 'nats'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { members, natsClient, type RunningCommand, runCommand } from './local-cluster.ts'

const odd = fileURLToPath(new URL('servers/odd.ts', import.meta.url))

let nats: TestNatsServer
let connection: NatsConnection

beforeAll(async () => {
  nats = await startNatsServer()
  connection = await natsClient(nats.url)
})
afterAll(async () => {
  await connection.close()
  await nats.stop()
})

function up(server: string, gateways: number, workers: number): Promise<RunningCommand> {
  const size = ['--gateways', String(gateways), '--workers', String(workers), '--port', '0', '--nats', nats.url]
  return runCommand(['up', server, ...size], gateways)
}

const textOf = (result: unknown) => (result as { content: { text: string }[] }).content[0]?.text

describe('two gateways and two workers, every request to the other gateway', () => {
  let cluster: RunningCommand
  beforeAll(async () => {
    cluster = await up('examples/counter', 2, 2)
  })
  afterAll(() => cluster.stop())

  it.each([
    ['v1', connectV1],
    ['v2', connectV2]
  ] as const)('a client of SDK %s sees one session through both', async (_name, connectClient) => {
    const { client, close } = await connectClient(cluster.urls)
    for (const expected of ['1', '2', '3', '4']) {
      expect(textOf(await client.callTool({ name: 'increment', arguments: {} }))).toBe(expected)
    }
    await close()
  })

  it('sessions do not see each other', async () => {
    const [a, b] = await Promise.all([connectV1(cluster.urls), connectV1(cluster.urls)])
    await a.client.callTool({ name: 'increment', arguments: { by: 5 } })
    expect(textOf(await b.client.callTool({ name: 'value', arguments: {} }))).toBe('0')
    await Promise.all([a.close(), b.close()])
  })

  it('a session ended through one gateway is gone at the other', async () => {
    const { client, transport, sessionId, close } = await connectV1(cluster.urls)
    await client.callTool({ name: 'value', arguments: {} })
    await transport.terminateSession()
    for (const url of cluster.urls) expect((await rawCall(url, sessionId as string)).status).toBe(404)
    await close()
  })

  it('a subscriber to mcp.> reads question and answer, and no client session id', async () => {
    const seen: string[] = []
    const subscription = connection.subscribe('mcp.>', {
      callback: (_error, message) => void seen.push(`${message.subject} ${message.string()}`)
    })
    const { client, sessionId, close } = await connectV1(cluster.urls)
    await client.callTool({ name: 'increment', arguments: { by: 41 } })
    await until(() => seen.some((line) => line.startsWith('mcp.reply.') && line.includes('"text":"41"')))
    expect(seen.some((line) => line.startsWith('mcp.worker.') && line.includes('"method":"tools/call"'))).toBe(true)
    expect(sessionId).toHaveLength(43)
    expect(seen.filter((line) => line.includes(sessionId as string))).toEqual([])
    subscription.unsubscribe()
    await close()
  })

  it('$SRV.INFO lists every gateway and worker', async () => {
    const roles = (await members(connection)).map(({ role }) => role).sort()
    expect(roles).toEqual(['gateway', 'gateway', 'worker', 'worker'])
  })

  it('a client of 2026-07-28 falls back to a session and works', async () => {
    const { client, close } = await connectV2(cluster.urls, { versionNegotiation: { mode: 'auto' } })
    expect(textOf(await client.callTool({ name: 'increment', arguments: {} }))).toBe('1')
    await close()
  })

  it('kill -9 of a gateway loses no session: it goes on at the other', async () => {
    const sessionId = (await openRaw(cluster.urls[0])) as string
    const gateways = (await members(connection)).filter(({ role }) => role === 'gateway')
    process.kill(gateways[0]?.pid as number, 'SIGKILL')
    const answers = () => Promise.allSettled(cluster.urls.map((url) => rawCall(url, sessionId)))
    await until(async () => (await answers()).some(({ status }) => status === 'rejected'))
    const alive = (await answers()).flatMap((answer) => (answer.status === 'fulfilled' ? [answer.value.status] : []))
    expect(alive).toEqual([200])
  })
})

it('200 clients with the same request ids, 50 calls each: every answer reaches the client that asked', async () => {
  const cluster = await up(odd, 2, 3)
  const swapped: string[] = []
  const one = async () => {
    const { client, close }: ConnectedV1 = await connectV1(cluster.urls)
    for (let call = 0; call < 50; call++) {
      const value = randomUUID()
      const answer = textOf(await client.callTool({ name: 'echo', arguments: { value } }))
      if (answer !== value) swapped.push(`${value} ${answer}`)
    }
    await close()
  }
  await Promise.all(Array.from({ length: 200 }, one))
  expect(swapped).toEqual([])
  await cluster.stop()
}, 120_000)

describe('bad input gets a precise answer, and the session lives', () => {
  let cluster: RunningCommand
  beforeAll(async () => {
    cluster = await up(odd, 1, 1)
  })
  afterAll(() => cluster.stop())

  it('a 3 MiB result arrives whole', async () => {
    const { client, close } = await connectV1(cluster.urls)
    const bytes = 3 * 1024 * 1024
    expect(textOf(await client.callTool({ name: 'large', arguments: { bytes } }))).toHaveLength(bytes)
    await close()
  })

  it('a 2 MiB request is refused with 413', async () => {
    const response = await post(cluster.urls[0], `"${'x'.repeat(2 * 1024 * 1024)}"`)
    expect([response.status, await reasonOf(response)]).toEqual([413, 'BodyTooLarge'])
  })

  it('a tool that throws, a result that is not JSON and a state that is not JSON are errors of that call only', async () => {
    const { client, close } = await connectV1(cluster.urls)
    expect(await client.callTool({ name: 'throws', arguments: {} })).toMatchObject({ isError: true })
    await expect(client.callTool({ name: 'garbage', arguments: {} })).rejects.toThrow(/not JSON/)
    const refused = await client.callTool({ name: 'keep-function', arguments: {} })
    expect([refused.isError, textOf(refused)]).toEqual([true, expect.stringMatching(/kept/)])
    expect(textOf(await client.callTool({ name: 'kept', arguments: {} }))).toBe('{"kept":"first"}')
    await close()
  })

  it('a request id that is still in flight, and a second initialize, are refused with 400', async () => {
    const sessionId = (await openRaw(cluster.urls[0])) as string
    const again = await post(cluster.urls[0], initialize, { 'mcp-session-id': sessionId })
    expect([again.status, await reasonOf(again)]).toEqual([400, 'AlreadyInitialized'])
    const wrong = await post(cluster.urls[0], ping, {
      'mcp-session-id': sessionId,
      'mcp-protocol-version': '2025-06-18'
    })
    expect([wrong.status, await reasonOf(wrong)]).toEqual([400, 'RevisionHeaderInvalid'])
  })
})

it('a worker that is told to stop hands its sessions over: clients notice nothing', async () => {
  const cluster = await up('examples/counter', 1, 2)
  const clients = await Promise.all(Array.from({ length: 10 }, () => connectV1(cluster.urls)))
  await Promise.all(clients.map(({ client }) => client.callTool({ name: 'increment', arguments: {} })))
  const worker = (await members(connection)).find(({ role }) => role === 'worker')
  process.kill(worker?.pid as number, 'SIGTERM')
  await until(async () => (await members(connection)).filter(({ role }) => role === 'worker').length === 1, {
    timeoutMs: 20_000
  })
  const second = clients.map(({ client }) => client.callTool({ name: 'increment', arguments: {} }))
  expect((await Promise.all(second)).map(textOf)).toEqual(Array(10).fill('2'))
  await Promise.all(clients.map(({ close }) => close()))
  await cluster.stop()
})

/** The registry code of an error answer. */
async function reasonOf(response: Response): Promise<string> {
  const { error } = (await response.json()) as { readonly error: { readonly data: { readonly reason: string } } }
  return error.data.reason
}

const ping = JSON.stringify({ jsonrpc: '2.0', id: 7, method: 'ping' })
const initialize = JSON.stringify({
  jsonrpc: '2.0',
  id: 0,
  method: 'initialize',
  params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'raw', version: '1' } }
})

function post(url: string, body: string, headers: Record<string, string> = {}): Promise<Response> {
  const all = { 'content-type': 'application/json', accept: 'application/json, text/event-stream', ...headers }
  return fetch(url, { method: 'POST', headers: all, body })
}

async function openRaw(url: string): Promise<string | null> {
  const response = await post(url, initialize)
  await response.text()
  return response.headers.get('mcp-session-id')
}

function rawCall(url: string, sessionId: string): Promise<Response> {
  return post(url, ping, { 'mcp-session-id': sessionId })
}
