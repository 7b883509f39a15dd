import { createServer, type RequestListener, request, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { until } from '@scaled-mcp/testkit'
import { afterEach, describe, expect, it } from 'vitest'
import { RoundRobinProxy } from '../../src/scene/round-robin-proxy.ts'

const running: { stop(): Promise<unknown> }[] = []
afterEach(async () => {
  for (const each of running.splice(0).reverse()) await each.stop()
})

async function listening(listener: RequestListener): Promise<string> {
  const server: Server = createServer(listener)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const stop = () => {
    server.closeAllConnections()
    return new Promise((resolve) => server.close(resolve))
  }
  running.push({ stop })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`
}

async function proxyTo(...listeners: readonly [RequestListener, ...RequestListener[]]): Promise<RoundRobinProxy> {
  const targets = await Promise.all(listeners.map(listening))
  const proxy = await RoundRobinProxy.start(targets as [string, ...string[]])
  running.push(proxy)
  return proxy
}

const say =
  (text: string): RequestListener =>
  (_, response) =>
    void response.end(text)

describe('the proxy', () => {
  it('sends every request to the next gateway, whatever session it belongs to', async () => {
    const { url } = await proxyTo(say('a'), say('b'), say('c'))
    const said: string[] = []
    for (let i = 0; i < 7; i++) {
      said.push(await (await fetch(url, { headers: { 'mcp-session-id': 'the same' } })).text())
    }
    expect(said.join('')).toBe('abcabca')
  })

  it('listens on localhost, as the suites ask of the URL', async () => {
    const { url } = await proxyTo(say(''))
    expect(url).toMatch(/^http:\/\/localhost:\d+\/mcp$/)
  })

  it('R1: passes the head of a stream on before there is a body, and each event before the next one', async () => {
    const streams: { write(text: string): void; end(): void }[] = []
    const { url } = await proxyTo((_, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders()
      streams.push(response)
    })
    const answer = await fetch(url)
    const reader = (answer.body as ReadableStream<Uint8Array>).getReader()
    expect(answer.headers.get('content-type')).toBe('text/event-stream')
    for (const event of ['data: 1\n\n', 'data: 2\n\n']) {
      streams[0]?.write(event)
      expect(new TextDecoder().decode((await reader.read()).value)).toBe(event)
    }
    streams[0]?.end()
    expect((await reader.read()).done).toBe(true)
  })

  it('R1: passes a body on while the client is still sending it', async () => {
    const { url } = await proxyTo((incoming, response) => void incoming.once('data', (chunk) => response.end(chunk)))
    const sending = request(url, { method: 'POST' })
    const answered = new Promise<string>((resolve) => {
      sending.once('response', (answer) => answer.setEncoding('utf8').once('data', resolve))
    })
    sending.write('half of it')
    expect(await answered).toBe('half of it')
    sending.end()
  })

  it('R2: a client that leaves ends the request at the gateway, and counts as one that left', async () => {
    const left: string[] = []
    const proxy = await proxyTo((_, response) => {
      response.writeHead(200).flushHeaders()
      response.once('close', () => left.push('closed'))
    })
    const leaving = new AbortController()
    await fetch(proxy.url, { signal: leaving.signal })
    leaving.abort()
    await until(() => left.length === 1 && proxy.exchanges.length === 1)
    expect(proxy.exchanges[0]).toMatchObject({ method: 'GET', status: 200, end: 'left' })
  })

  it('R2: an answer that breaks off breaks off for the client too, and counts as cut', async () => {
    const proxy = await proxyTo((_, response) => {
      response.writeHead(200)
      response.write('half of', () => response.destroy())
    })
    const answer = await fetch(proxy.url)
    await expect(answer.text()).rejects.toThrow()
    await until(() => proxy.exchanges.length === 1)
    expect(proxy.exchanges[0]).toMatchObject({ status: 200, end: 'cut' })
  })

  it('answers 502 for a gateway that is gone, which counts as cut', async () => {
    const proxy = await proxyTo((incoming) => void incoming.socket.destroy())
    expect((await fetch(proxy.url)).status).toBe(502)
    expect(proxy.exchanges).toMatchObject([{ status: 502, end: 'cut' }])
  })

  it('R3: says what the client said, Host included, so that a gateway sees an attack by DNS rebinding', async () => {
    const { url } = await proxyTo((incoming, response) => {
      response.writeHead(403, { 'retry-after': '7' }).end(JSON.stringify([incoming.headers, incoming.url]))
    })
    const headers = { host: 'evil.example', 'mcp-session-id': 's', 'last-event-id': '5' }
    const answer = await new Promise<{ readonly status: number; readonly text: string }>((resolve) => {
      request(`${url}?q=1`, { headers }, (incoming) => {
        incoming.setEncoding('utf8').once('data', (text) => resolve({ status: incoming.statusCode ?? 0, text }))
      }).end()
    })
    expect(answer.status).toBe(403)
    expect(JSON.parse(answer.text)).toMatchObject([headers, '/mcp?q=1'])
  })

  it('keeps what answers are judged by: times, the session, Retry-After, and the body of a failure', async () => {
    const proxy = await proxyTo((_, response) => void response.writeHead(504, { 'retry-after': '2' }).end('late'))
    await (await fetch(proxy.url, { method: 'POST', headers: { 'mcp-session-id': 's' }, body: '{}' })).text()
    await until(() => proxy.exchanges.length === 1)
    const [exchange] = proxy.exchanges
    const kept = { method: 'POST', sessionId: 's', status: 504, retryAfter: '2', body: 'late', end: 'whole' }
    expect(exchange).toMatchObject(kept)
    expect(exchange?.endedMs).toBeGreaterThanOrEqual(exchange?.answeredMs as number)
  })

  it('stops at once although a stream is open, and counts it', async () => {
    const proxy = await proxyTo((_, response) => response.writeHead(200).flushHeaders())
    const answer = await fetch(proxy.url)
    await proxy.stop()
    await expect(answer.text()).rejects.toThrow()
    expect(proxy.exchanges).toHaveLength(1)
  })
})
