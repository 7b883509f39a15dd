import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { connectV1, connectV2 } from '../src/index.ts'

interface Seen {
  readonly port: number
  readonly method: string
}

const SESSION = 'session-1'
let servers: Server[]
let urls: [string, ...string[]]
let seen: Seen[]

/** As much of an MCP server as a client needs to connect and ping. */
async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  if (request.method !== 'POST') return void response.writeHead(405).end()
  const { id, method } = JSON.parse(await text(request)) as { readonly id?: number; readonly method: string }
  seen.push({ port: request.socket.localPort as number, method })
  if (id === undefined) return void response.writeHead(202).end()
  const initialized = {
    protocolVersion: '2025-06-18',
    capabilities: {},
    serverInfo: { name: 'double', version: '1.0.0' }
  }
  response.writeHead(200, { 'content-type': 'application/json', 'mcp-session-id': SESSION })
  response.end(JSON.stringify({ jsonrpc: '2.0', id, result: method === 'initialize' ? initialized : {} }))
}

async function listen(): Promise<Server> {
  const server = createServer((request, response) => void answer(request, response))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return server
}

beforeEach(async () => {
  servers = await Promise.all([listen(), listen()])
  urls = servers.map((server) => `http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`) as typeof urls
  seen = []
})

afterEach(() => {
  for (const server of servers) server.close().closeAllConnections()
})

describe.each([
  ['v1', connectV1],
  ['v2', connectV2]
] as const)('the client %s', (_name, connect) => {
  it('reports its session id', async () => {
    const { sessionId, close } = await connect(urls)
    expect(sessionId).toBe(SESSION)
    await close()
  })

  it('sends no two requests in a row to the same gateway, so what only one gateway knows shows', async () => {
    const one = urls.slice(0, 1) as [string]
    const alone = await connect(one)
    await alone.client.ping()
    await alone.close()
    const onOne = seen.splice(0).map(({ port }) => port)
    expect(new Set(onOne).size).toBe(1)

    const { client, close } = await connect(urls)
    await client.ping()
    await client.ping()
    await close()
    expect(new Set(seen.map(({ port }) => port)).size).toBe(2)
    expect(seen.map(({ method }) => method)).toContain('ping')
  })
})
