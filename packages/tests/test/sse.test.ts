/** The transport of 2024-11-05, HTTP+SSE, across gateways and the deaths of workers. */
import { existsSync, readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { SSEClientTransport } from '@modelcontextprotocol/sdk/client/sse.js'
import { ElicitRequestSchema } from '@modelcontextprotocol/sdk/types.js'
import { ProcessCluster, rotatingFetch, startNatsServer, type TestNatsServer, until } from '@scaled-mcp/testkit'
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest'

const server = fileURLToPath(new URL('servers/streams.ts', import.meta.url))
let nats: TestNatsServer
let cluster: ProcessCluster
let folder: string
const clients: Client[] = []

beforeAll(async () => {
  nats = await startNatsServer()
  folder = await mkdtemp(join(tmpdir(), 'scaled-mcp-sse-'))
  const env = { SCALED_MCP_HTTP_SSE: 'true' }
  cluster = await ProcessCluster.start({ nats: nats.url, server, gateways: 2, workers: 2, env })
})
beforeEach(() => cluster.keepWorkers())
afterEach(async () => {
  await Promise.all(clients.splice(0).map((client) => client.close()))
})
afterAll(async () => {
  await cluster.stop()
  await nats.stop()
  await rm(folder, { recursive: true })
})

/** The official client; its stream is held by one gateway, its messages go to each in turn. */
async function connect(): Promise<{ readonly client: Client; readonly sessionId: () => string }> {
  const client = new Client({ name: 'sse', version: '1' }, { capabilities: { elicitation: {} } })
  const posted: string[] = []
  const rotate = rotatingFetch(cluster.urls)
  const fetch: typeof globalThis.fetch = (url, init) => {
    if (init?.method !== 'POST') return globalThis.fetch(url, init)
    posted.push(String(url))
    return rotate(String(url), init)
  }
  const transport = new SSEClientTransport(new URL('/sse', cluster.urls[0]), { fetch })
  await client.connect(transport as Parameters<Client['connect']>[0])
  clients.push(client)
  return { client, sessionId: () => new URL(posted[0] ?? '').searchParams.get('sessionId') ?? '' }
}

const textOf = (result: unknown) =>
  (result as { readonly content: readonly { readonly text: string }[] }).content[0]?.text

it('a client calls, hears progress, and is asked back, though its messages come through every gateway', async () => {
  const { client } = await connect()
  client.setRequestHandler(ElicitRequestSchema, () => ({ action: 'accept', content: { name: 'Ada' } }))
  const progress: number[] = []
  const onprogress = (event: { readonly progress: number }) => void progress.push(event.progress)
  const counted = await client.callTool({ name: 'count', arguments: { count: 3, everyMs: 200 } }, undefined, {
    onprogress
  })
  // The client forgets a request at its answer, and then drops progress that came with it in one piece.
  expect([textOf(counted), progress.slice(0, 2)]).toEqual(['counted to 3', [1, 2]])
  expect(textOf(await client.callTool({ name: 'ask' }))).toBe('accept Ada')
})

it('the death of the owner does not cut the stream: what may run again does, of the rest it is told that nobody knows', async () => {
  const { client, sessionId } = await connect()
  const file = join(folder, 'runs')
  const runs = () => (existsSync(file) ? readFileSync(file, 'utf8').trimEnd().split('\n').length : 0)
  const slow = { count: 10, everyMs: 100, file }
  const again = client.callTool({ name: 'count-again', arguments: slow })
  const once = client.callTool({ name: 'count', arguments: slow }).catch((error: unknown) => error)
  await until(() => runs() === 2)
  await (await cluster.ownerOf(sessionId())).kill()
  expect(textOf(await again)).toBe('counted to 10')
  expect(await once).toMatchObject({ code: -32603, data: { reason: 'session_moved' } })
  expect(textOf(await client.callTool({ name: 'count', arguments: { count: 1, everyMs: 1 } }))).toBe('counted to 1')
})

it('a session ends with its stream', async () => {
  const { client, sessionId } = await connect()
  await client.callTool({ name: 'count', arguments: { count: 1, everyMs: 1 } })
  await client.close()
  await until(async () => (await cluster.entryOf(sessionId())).why === 'ended')
})

it('a message is refused when its session is unknown, and when it is none', async () => {
  const post = (sessionId: string, body: string) =>
    fetch(new URL(`/messages?sessionId=${sessionId}`, cluster.urls[0]), {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body
    })
  const unknown = 'a'.repeat(43)
  expect((await post(unknown, '{"jsonrpc":"2.0","id":1,"method":"ping"}')).status).toBe(404)
  expect((await post('', '{"jsonrpc":"2.0","id":1,"method":"ping"}')).status).toBe(400)
  expect((await post(unknown, '{')).status).toBe(400)
})
