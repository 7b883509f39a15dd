import { header } from '@scaled-mcp/contracts'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Edge, initialize, post, startEdge } from './scripted-worker.ts'

const ping = JSON.stringify({ jsonrpc: '2.0', id: 7, method: 'ping' })

let edge: Edge
beforeEach(async () => {
  edge = await startEdge()
})
afterEach(() => edge.stop())

const reason = (code: string) => expect.objectContaining({ data: expect.objectContaining({ reason: code }) })

describe('what is refused at the edge never reaches a worker', () => {
  it.each([
    ['a foreign Host (DNS rebinding)', { headers: { host: 'evil.example' } }, 403, 'HostNotAllowed'],
    ['a foreign Origin', { headers: { origin: 'https://evil.example' } }, 403, 'OriginNotAllowed'],
    ['Origin: null', { headers: { origin: 'null' } }, 403, 'OriginNotAllowed'],
    ['another content type', { headers: { 'content-type': 'text/plain' } }, 415, 'ContentTypeNotJson'],
    ['no content type', { headers: { 'content-type': undefined } }, 415, 'ContentTypeNotJson'],
    ['a body above the limit', { body: `"${'x'.repeat(2 * 1024 * 1024)}"` }, 413, 'BodyTooLarge'],
    ['malformed JSON', { body: '{"jsonrpc":' }, 400, 'ParseError'],
    ['an empty body', { body: '' }, 400, 'ParseError'],
    ['JSON that is no message', { body: '{"hello":1}' }, 400, 'InvalidMessage'],
    [
      'a batch in a revision without batches',
      { body: `[${ping}]`, headers: { 'mcp-protocol-version': '2025-06-18' } },
      400,
      'BatchNotAllowed'
    ],
    ['an empty batch', { body: '[]' }, 400, 'InvalidMessage'],
    ['a batch of more than 100', { body: `[${Array(101).fill(ping).join()}]` }, 400, 'InvalidMessage'],
    ['a batch with something that is no message', { body: `[${ping},{"hello":1}]` }, 400, 'InvalidMessage'],
    ['an initialize in a batch', { body: `[${initialize}]` }, 400, 'InvalidMessage'],
    ['an Accept without event streams', { headers: { accept: 'application/json' } }, 406, 'NotAcceptable'],
    ['no Accept', { headers: { accept: undefined } }, 406, 'NotAcceptable'],
    ['no session id', { body: ping }, 400, 'SessionIdMissing'],
    [
      'a session id of no shape of ours',
      { body: ping, headers: { 'mcp-session-id': '../etc' } },
      404,
      'SessionNotFound'
    ],
    ['an unknown session id', { body: ping, headers: { 'mcp-session-id': 'a'.repeat(43) } }, 404, 'SessionNotFound']
  ])('%s', async (_name, request, status, code) => {
    const response = await edge.app.inject(post(request))
    expect(response.statusCode).toBe(status)
    expect(response.json()).toMatchObject({ jsonrpc: '2.0', error: reason(code) })
    expect(edge.reached).toEqual([])
  })

  it('an error carries the id of the request whenever it could be read', async () => {
    const response = await edge.app.inject(post({ body: ping, headers: { accept: 'application/json' } }))
    expect(response.json().id).toBe(7)
  })

  it('checks run in their order: the Host comes before everything else', async () => {
    const all = { host: 'evil.example', 'content-type': 'text/plain', accept: undefined }
    expect((await edge.app.inject(post({ body: '{', headers: all }))).statusCode).toBe(403)
  })

  it.each(['PUT', 'PATCH'] as const)('%s is answered with 405 and what is allowed', async (method) => {
    const response = await edge.app.inject({ ...post({}), method })
    expect(response.statusCode).toBe(405)
    expect(response.headers['allow']).toBe('GET, POST, DELETE')
  })
})

describe('a GET is refused', () => {
  const get = (headers: Record<string, string>) =>
    edge.app.inject({
      method: 'GET',
      url: '/mcp',
      headers: { host: 'localhost', accept: 'text/event-stream', ...headers }
    })

  it.each([
    ['without an Accept of event streams', { accept: 'application/json' }, 406, 'NotAcceptable'],
    ['without a session', {}, 400, 'SessionIdMissing'],
    ['for an unknown session', { 'mcp-session-id': 'a'.repeat(43) }, 404, 'SessionNotFound'],
    [
      'with an endless Last-Event-ID',
      { 'mcp-session-id': 'a'.repeat(43), 'last-event-id': 'x'.repeat(300) },
      400,
      'EventUnknown'
    ]
  ])('%s', async (_name, headers, status, code) => {
    const response = await get(headers as unknown as Record<string, string>)
    expect([response.statusCode, response.json().error]).toEqual([status, reason(code)])
  })
})

it('a GET that nobody answers is ended when its gateway leaves, which does not wait for it', async () => {
  await edge.stop()
  edge = await startEdge(() => undefined)
  const id = await edge.open()
  const headers = { host: 'localhost', accept: 'text/event-stream', 'mcp-session-id': id }
  const asked = edge.app.inject({ method: 'GET', url: '/mcp', headers })
  await expect.poll(() => edge.reached).toHaveLength(2)
  await edge.app.close()
  expect([(await asked).statusCode, (await asked).json().error]).toEqual([503, reason('Stopping')])
})

describe('a request of 2026-07-28', () => {
  const claim = {
    'io.modelcontextprotocol/protocolVersion': '2026-07-28',
    'io.modelcontextprotocol/clientCapabilities': {}
  }

  it('is told which revisions are served, so that its client falls back to a session', async () => {
    const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'server/discover', params: { _meta: claim } })
    const response = await edge.app.inject(post({ body }))
    expect(response.statusCode).toBe(400)
    expect(response.json()).toMatchObject({
      id: 1,
      error: { code: -32022, data: { supported: ['2025-11-25', '2025-06-18', '2025-03-26'], requested: '2026-07-28' } }
    })
    expect(edge.reached).toEqual([])
  })
})

describe('a session', () => {
  it('begins with an id that the client gets only once the session is stored', async () => {
    const response = await edge.app.inject(post({ body: initialize }))
    expect(response.statusCode).toBe(200)
    expect(response.headers['content-type']).toBe('application/json')
    expect(response.headers['mcp-session-id']).toMatch(/^[\x21-\x7e]{43}$/)
  })

  it('gets its messages byte for byte, and answers go back byte for byte', async () => {
    const id = await edge.open()
    const odd = '{ "method":"ping",\t"id": "ü-\\u00fc", "jsonrpc":"2.0" }'
    const response = await edge.app.inject(post({ body: odd, headers: { 'mcp-session-id': id } }))
    expect(edge.reached.at(-1)).toBe(odd)
    expect(response.json()).toEqual({ jsonrpc: '2.0', id: 'ü-ü', result: {} })
  })

  it('answers a notification with 202 and no body', async () => {
    const id = await edge.open()
    const body = JSON.stringify({ jsonrpc: '2.0', method: 'notifications/initialized' })
    const response = await edge.app.inject(post({ body, headers: { 'mcp-session-id': id } }))
    expect([response.statusCode, response.body]).toEqual([202, ''])
  })

  it('is gone for good after DELETE', async () => {
    const headers = { host: '127.0.0.1', 'mcp-session-id': await edge.open() }
    const deleted = await edge.app.inject({ method: 'DELETE', url: '/mcp', headers })
    expect(deleted.statusCode).toBe(200)
    expect((await edge.app.inject(post({ body: ping, headers }))).statusCode).toBe(404)
    expect((await edge.app.inject({ method: 'DELETE', url: '/mcp', headers })).statusCode).toBe(404)
  })

  it('a DELETE without a session id is told what is missing', async () => {
    const response = await edge.app.inject({ method: 'DELETE', url: '/mcp', headers: { host: 'localhost' } })
    expect([response.statusCode, response.json().error]).toEqual([400, reason('SessionIdMissing')])
  })
})

describe('answers of several frames', () => {
  const bytes = new TextEncoder()

  it('become an event stream, one event a message, ended after the last', async () => {
    await edge.stop()
    edge = await startEdge(({ reply }) => {
      reply?.frame({ body: bytes.encode('{"n":1}') })
      reply?.frame({ body: new Uint8Array() })
      reply?.end({ body: bytes.encode('{"n":2}') })
    })
    const response = await edge.app.inject(post({ body: ping, headers: { 'mcp-session-id': await edge.open() } }))
    expect(response.headers).toMatchObject({
      'content-type': 'text/event-stream',
      'cache-control': 'no-cache, no-transform',
      'x-accel-buffering': 'no'
    })
    expect(response.body).toBe('event: message\ndata: {"n":1}\n\nevent: message\ndata: {"n":2}\n\n')
  })

  it('name each event, and tell a client that can be told from where and when to come back', async () => {
    await edge.stop()
    edge = await startEdge(({ reply }) => {
      reply?.frame({ body: new Uint8Array(), headers: { [header.event]: 's.p.4', [header.retry]: '500' } })
      reply?.frame({ body: bytes.encode('{"n":1}'), headers: { [header.event]: 's.p.5' } })
      reply?.end({ body: new Uint8Array(), headers: { [header.retry]: '500' } })
    })
    const response = await edge.app.inject(post({ body: ping, headers: { 'mcp-session-id': await edge.open() } }))
    expect(response.body).toBe(
      'id: s.p.4\nretry: 500\ndata: \n\nevent: message\nid: s.p.5\ndata: {"n":1}\n\nretry: 500\n\n'
    )
  })
})

describe('what a worker answers instead of a result', () => {
  it.each([
    ['full', 429, 'SessionBusy'],
    ['busy', 503, 'OwnerUnreachable'],
    ['ended', 404, 'SessionNotFound'],
    ['interrupted', 200, 'session_moved'],
    ['expired', 504, 'DeadlineExceeded']
  ])('%s becomes %d %s', async (status, http, code) => {
    await edge.stop()
    edge = await startEdge(({ reply }) => reply?.end({ body: new Uint8Array(), headers: { [header.status]: status } }))
    const response = await edge.app.inject(post({ body: ping, headers: { 'mcp-session-id': await edge.open() } }))
    expect([response.statusCode, response.json().error]).toEqual([http, reason(code)])
  })

  it('an error of the registry keeps its code and status', async () => {
    await edge.stop()
    const headers = { [header.status]: 'error', [header.error]: 'DuplicateRequestId' }
    edge = await startEdge(({ reply }) => reply?.end({ body: new Uint8Array(), headers }))
    const response = await edge.app.inject(post({ body: ping, headers: { 'mcp-session-id': await edge.open() } }))
    expect([response.statusCode, response.json()]).toEqual([
      400,
      { jsonrpc: '2.0', id: 7, error: reason('DuplicateRequestId') }
    ])
  })
})
