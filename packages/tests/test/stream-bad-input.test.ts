/** What clients do wrong on streams and connections: each gets its own answer, and no process and no session is worse off. */
import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import {
  type DirectoryEntry,
  eventsOf,
  ProcessCluster,
  RawConnection,
  type RawRequest,
  RawSession,
  type SeenEvent,
  type SeenMessage,
  startNatsServer,
  type TestNatsServer,
  until
} from '@scaled-mcp/testkit'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'

const server = fileURLToPath(new URL('servers/streams.ts', import.meta.url))
let nats: TestNatsServer
let folder: string
let cluster: ProcessCluster
/** Does nothing wrong, and has to stay where it is. */
let witness: RawSession
let seat: DirectoryEntry
let slow: readonly SlowSender[]

beforeAll(async () => {
  nats = await startNatsServer()
  folder = await mkdtemp(join(tmpdir(), 'scaled-mcp-bad-input-'))
  cluster = await ProcessCluster.start({ nats: nats.url, server, gateways: 2, workers: 1 })
  witness = await RawSession.open(cluster.urls)
  seat = await cluster.entryOf(witness.id)
  slow = await Promise.all([SlowSender.ofHeaders(witness), SlowSender.ofBody(witness)])
})
afterEach(async () => {
  for (const _gateway of cluster.urls) expect((await witness.post({ id: 1, method: 'ping' })).status).toBe(200)
  expect(await cluster.entryOf(witness.id)).toEqual(seat)
})
afterAll(async () => {
  await cluster.stop()
  await nats.stop()
  await rm(folder, { recursive: true })
})

const isAnswer = ({ message }: SeenEvent) => message !== undefined && message.method === undefined
const isChange = ({ message }: SeenEvent) => message?.method === 'notifications/tools/list_changed'
const ping = (id: number) => ({ id, method: 'ping' })
const pings = (count: number) => Array.from({ length: count }, (_, id) => ping(id))
const counting = (count: number) => ({ name: 'count', arguments: { count, everyMs: 50 }, _meta: { progressToken: 1 } })

async function answerOf(response: Response): Promise<readonly [number, string | undefined]> {
  const { error } = (await response.json()) as SeenMessage
  return [response.status, error?.data?.reason]
}

/** Every event of a stream until its end. */
async function allOf(response: Response): Promise<readonly SeenEvent[]> {
  const events: SeenEvent[] = []
  for await (const event of eventsOf(response)) events.push(event)
  return events
}

/** A call whose tool asks its client, and does not end before that has answered. */
async function isAsked(session: RawSession, id: string | number) {
  const events = eventsOf(await session.post({ id, method: 'tools/call', params: { name: 'ask' } }))
  const { message: question } = await until(async () => {
    const event = (await events.next()).value as SeenEvent
    return event.message?.method === 'elicitation/create' && event
  })
  return {
    answer: (name: string) => ({ id: question?.id, result: { action: 'accept', content: { name } } }),
    end: async () => ((await events.next()).value as SeenEvent).message
  }
}

/** Sends a request by hand to the first gateway and gives the answer's status, and its error where that is one of ours. */
async function handmade(text: (connection: RawConnection) => string): Promise<readonly [number, string | undefined]> {
  const connection = await RawConnection.open(cluster.urls[0])
  await connection.send(text(connection))
  const [, status] = await until(() => /^HTTP\/1\.1 (\d+) [\s\S]*?\r\n\r\n[\s\S]*(\}|data: )/.exec(connection.received))
  connection.destroy()
  return [Number(status), /"reason":"(\w+)"/.exec(connection.received)?.[1]]
}

const coming = (session: RawSession, lastEventId: string): RawRequest => ({
  method: 'GET',
  headers: { ...session.headers, accept: 'text/event-stream', 'last-event-id': lastEventId }
})

/** A client that sends one byte after the other and never comes to the end. */
class SlowSender {
  readonly connection: RawConnection
  readonly #timer: NodeJS.Timeout

  private constructor(connection: RawConnection, byte: () => string) {
    this.connection = connection
    this.#timer = setInterval(() => void connection.send(byte()), 100)
    void connection.ended.then(() => clearInterval(this.#timer))
  }

  static async ofHeaders({ headers }: RawSession): Promise<SlowSender> {
    const connection = await RawConnection.open(cluster.urls[0])
    const text = connection.text({ method: 'POST', headers: { ...headers, 'x-endless': 'x'.repeat(10_000) } })
    let sent = 0
    return new SlowSender(connection, () => text.charAt(sent++))
  }

  static async ofBody({ headers }: RawSession): Promise<SlowSender> {
    const connection = await RawConnection.open(cluster.urls[0])
    await connection.send(connection.text({ method: 'POST', headers: { ...headers, 'content-length': '10000' } }))
    return new SlowSender(connection, () => ' ')
  }
}

describe('Last-Event-ID', () => {
  it.each([
    ['longer than an id can be', 'x'.repeat(201), [400, 'EventUnknown']],
    ['larger than all headers may be', 'x'.repeat(17_000), [431, 'HeadersTooLarge']],
    ['of characters that no id has', 'caf\u00e9', [400, 'EventUnknown']],
    ['the session id', undefined, [400, 'EventUnknown']],
    ['of the right shape with a number that no event has', 'aaaaaa.standalone.0', [400, 'EventUnknown']],
    ['of the right shape with the mark of no session', 'aaaaaa.standalone.1', [404, 'SessionNotFound']]
  ] as const)('%s is refused', async (_what, lastEventId, refusal) => {
    const session = await RawSession.open(cluster.urls)
    expect(await handmade((connection) => connection.text(coming(session, lastEventId ?? session.id)))).toEqual(refusal)
    expect((await session.post(ping(1))).status).toBe(200)
  })

  it('twice is refused, as nobody knows which was meant; an empty one is none', async () => {
    const session = await RawSession.open(cluster.urls)
    const twice = (connection: RawConnection) =>
      connection.text(coming(session, 'a.b.1')).replace('\r\n\r\n', '\r\nLast-Event-ID: a.b.2\r\n\r\n')
    expect(await handmade(twice)).toEqual([400, 'EventUnknown'])
    expect((await handmade((connection) => connection.text(coming(session, ''))))[0]).toBe(200)
  })

  it('of a session that has ended brings nothing back, from the session itself or from another', async () => {
    const [ended, other] = [await RawSession.open(cluster.urls), await RawSession.open(cluster.urls)]
    const events = await ended.follow(await ended.call('count', { count: 1, everyMs: 1 }), isAnswer)
    await ended.delete()
    expect(await answerOf(await ended.get(events[0]?.id))).toEqual([404, 'SessionNotFound'])
    expect(await answerOf(await other.get(events[0]?.id))).toEqual([404, 'SessionNotFound'])
  })
})

describe('two readers', () => {
  it('that begin at the same moment on two gateways do not share the stream: what is said comes once', async () => {
    const session = await RawSession.open(cluster.urls)
    const readers = await Promise.all([session.get(), session.get()])
    const heard = readers.filter(({ ok }) => ok).map(allOf)
    expect(readers.map(({ status }) => status).sort()).toEqual([200, 409])
    await session.follow(await session.call('announce'), isAnswer)
    await session.delete()
    expect((await Promise.all(heard)).flat().filter(isChange)).toHaveLength(1)
  })

  it('the one whose client vanished without a word loses it at once to that client, which comes back', async () => {
    const session = await RawSession.open(cluster.urls)
    const gone = await RawConnection.open(cluster.urls[0])
    await gone.send(gone.text({ method: 'GET', headers: { ...session.headers, accept: 'text/event-stream' } }))
    const [, id] = await until(() => /^id: (.*)$/m.exec(gone.received))
    gone.vanish()
    const back = await session.get(id)
    expect(back.status).toBe(200)
    await session.follow(await session.call('announce'), isAnswer)
    expect((await session.follow(back, isChange)).filter(isChange)).toHaveLength(1)
    expect(gone.received).not.toContain('list_changed')
    gone.destroy()
  })

  it('one that vanished and was sent more than its socket takes is given up for another, which begins anew', async () => {
    const session = await RawSession.open(cluster.urls)
    const gone = await RawConnection.open(cluster.urls[0])
    await gone.send(gone.text({ method: 'GET', headers: { ...session.headers, accept: 'text/event-stream' } }))
    await until(() => /^id: (.*)$/m.exec(gone.received))
    gone.vanish()
    for (let i = 0; i < 16; i++) await session.follow(await session.call('tell', { bytes: 500_000 }), isAnswer)
    const anew = async () => {
      const response = await session.get()
      if (!response.ok) expect(await answerOf(response)).toEqual([409, 'StreamTaken'])
      return response.ok && response
    }
    const back = await until(anew, { timeoutMs: 20_000 })
    await session.follow(await session.call('announce'), isAnswer)
    expect((await session.follow(back, isChange)).filter(isChange)).toHaveLength(1)
    gone.destroy()
  })
})

describe('a POST that is cut in the middle of its body', () => {
  it.each(['destroy', 'finish'] as const)('reaches nobody, even when its half is a whole message (%s)', async (end) => {
    const session = await RawSession.open(cluster.urls)
    const file = join(folder, end)
    const params = { name: 'count', arguments: { count: 1, everyMs: 1, file } }
    const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params })
    const connection = await RawConnection.open(cluster.urls[0])
    const headers = { ...session.headers, 'content-length': String(2 * body.length) }
    await connection.send(connection.text({ method: 'POST', headers, body }))
    connection[end]()
    await connection.ended
    expect(connection.statuses).toEqual(end === 'finish' ? [400] : [])
    // Had it reached the session, this would have come after it.
    await session.follow(await session.call('count', { count: 1, everyMs: 1 }), isAnswer)
    expect(existsSync(file)).toBe(false)
  })
})

describe('an id that is in flight', () => {
  it('is refused for a second request on any gateway, and the first one and its stream do not notice', async () => {
    const session = await RawSession.open(cluster.urls)
    const first = await isAsked(session, 'twice')
    for (const _gateway of cluster.urls) {
      expect(await answerOf(await session.post({ id: 'twice', method: 'ping' }))).toEqual([400, 'DuplicateRequestId'])
    }
    expect((await session.post(first.answer('Ada'))).status).toBe(202)
    expect(await first.end()).toMatchObject({ id: 'twice', result: { content: [{ text: 'accept Ada' }] } })
    expect((await session.post({ id: 'twice', method: 'ping' })).status).toBe(200)
  })

  it('as a number is another one than as a text', async () => {
    const session = await RawSession.open(cluster.urls)
    const calls = [7, '7'].map((id) => session.post({ id, method: 'tools/call', params: counting(4) }))
    const seen = await Promise.all(calls.map(async (call) => session.follow(await call, isAnswer)))
    expect(seen.map((events) => events.at(-1)?.message?.id)).toEqual([7, '7'])
  })
})

describe('a batch', () => {
  it.each([
    ['nothing', [], 'InvalidMessage'],
    ['more than a hundred messages', pings(101), 'InvalidMessage'],
    ['more requests than a session may have in flight', pings(65), 'InvalidMessage'],
    ['an initialize', [ping(1), { id: 2, method: 'initialize', params: {} }], 'InvalidMessage'],
    ['something that is no message', [ping(1), { foo: 1 }], 'InvalidMessage'],
    ['one id twice', [ping(1), ping(1)], 'DuplicateRequestId']
  ])('of %s is refused whole', async (_what, batch, reason) => {
    const session = await RawSession.open(cluster.urls, '2025-03-26')
    expect(await answerOf(await session.post(batch))).toEqual([400, reason])
    expect(((await (await session.post([ping(1)])).json()) as readonly object[]).length).toBe(1)
  })

  it('with an id that is in flight is refused whole: nothing of it runs', async () => {
    const session = await RawSession.open(cluster.urls, '2025-03-26')
    const file = join(folder, 'batch')
    const params = { name: 'count', arguments: { count: 1, everyMs: 1, file } }
    const running = await isAsked(session, 1)
    const batch = [{ id: 2, method: 'tools/call', params }, ping(1)]
    expect(await answerOf(await session.post(batch))).toEqual([400, 'DuplicateRequestId'])
    expect((await session.post(running.answer('Ada'))).status).toBe(202)
    expect(await running.end()).toMatchObject({ id: 1, result: {} })
    expect(existsSync(file)).toBe(false)
  })
})

describe('an answer to what a server asked', () => {
  it('reaches nobody when another session sends it, and is taken once when it is sent twice', async () => {
    const [session, other] = [await RawSession.open(cluster.urls), await RawSession.open(cluster.urls)]
    const asked = await isAsked(session, 'asked')
    expect((await other.post(asked.answer('Eve'))).status).toBe(202)
    expect((await session.post(asked.answer('Ada'))).status).toBe(202)
    expect((await session.post(asked.answer('Bob'))).status).toBe(202)
    expect((await asked.end())?.result?.['content']).toEqual([{ type: 'text', text: 'accept Ada' }])
    expect((await other.post(ping(1))).status).toBe(200)
  })
})

describe('ten megabytes of requests on one connection, none waiting for an answer', () => {
  const request = (connection: RawConnection, { headers }: RawSession, body: object) =>
    connection.text({ method: 'POST', headers, body: JSON.stringify({ jsonrpc: '2.0', ...body }) })

  it('of a quarter of a megabyte each are all answered, in their order', async () => {
    const session = await RawSession.open(cluster.urls)
    const connection = await RawConnection.open(cluster.urls[0])
    const params = { _meta: { padding: 'x'.repeat(250_000) } }
    await connection.send(
      pings(40)
        .map((body) => request(connection, session, { ...body, params }))
        .join('')
    )
    await until(() => connection.statuses.length === 40, { timeoutMs: 20_000 })
    const ids = [...connection.received.matchAll(/"id":(\d+)\}/g)].map(([, id]) => Number(id))
    expect([new Set(connection.statuses), ids]).toEqual([new Set([200]), pings(40).map(({ id }) => id)])
    connection.destroy()
  })

  it('that are small: those that a session may have are answered, others refused, and after a thousand all are', async () => {
    const session = await RawSession.open(cluster.urls)
    const connection = await RawConnection.open(cluster.urls[0])
    const count = Math.ceil(10_000_000 / request(connection, session, ping(10_000)).length)
    await connection.send(
      pings(count)
        .map((body) => request(connection, session, body))
        .join('')
    )
    await until(() => connection.statuses.length === count || connection.isOver, { timeoutMs: 30_000 })
    const served = connection.statuses.slice(0, 1_000)
    expect(served.filter((status) => status !== 200 && status !== 429)).toEqual([])
    expect(served).toContain(200)
    expect(new Set(connection.statuses.slice(1_000))).toEqual(new Set([503]))
    connection.destroy()
    await until(async () => (await session.post(ping(1))).status === 200)
  })
})

describe('a client that sends byte after byte', () => {
  it('has its headers refused when they take too long, and its body, while others are served', async () => {
    await Promise.all(slow.map(({ connection }) => connection.ended))
    expect(slow.map(({ connection }) => connection.statuses)).toEqual([[408], [408]])
  }, 60_000)
})
