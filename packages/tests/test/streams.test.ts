/** MCP's event streams across gateways, workers and their deaths. */
import { existsSync, readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import {
  eventsOf,
  ProcessCluster,
  RawSession,
  type SeenEvent,
  type SeenMessage,
  startNatsServer,
  type TestNatsServer,
  until
} from '@scaled-mcp/testkit'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'

const server = fileURLToPath(new URL('servers/streams.ts', import.meta.url))
let nats: TestNatsServer
let folder: string
let cluster: ProcessCluster
let files = 0

beforeAll(async () => {
  nats = await startNatsServer()
  folder = await mkdtemp(join(tmpdir(), 'scaled-mcp-streams-'))
  cluster = await ProcessCluster.start({ nats: nats.url, server, gateways: 2, workers: 2 })
})
beforeEach(() => cluster.keepWorkers())
afterAll(async () => {
  await cluster.stop()
  await nats.stop()
  await rm(folder, { recursive: true })
})

const newFile = () => join(folder, String(files++))
const runsIn = (path: string) => (existsSync(path) ? readFileSync(path, 'utf8').trimEnd().split('\n').length : 0)
const isAnswer = ({ message }: SeenEvent) => message !== undefined && message.method === undefined
const progressOf = (events: readonly SeenEvent[]) =>
  events
    .filter(({ message }) => message?.method === 'notifications/progress')
    .map(({ message }) => message?.params?.['progress'])
const upTo = (count: number) => Array.from({ length: count }, (_, i) => i + 1)
const textOf = ({ message }: SeenEvent) =>
  (message?.result?.['content'] as { readonly text: string }[] | undefined)?.[0]?.text

const reasonOf = async (response: Response) => ((await response.json()) as SeenMessage).error?.data?.reason

/** Reads some events of a stream and leaves it. */
async function take(response: Response, count: number): Promise<readonly SeenEvent[]> {
  const events: SeenEvent[] = []
  for await (const event of eventsOf(response)) if (events.push(event) === count) break
  return events
}

describe('the stream of a call', () => {
  it('has an id on every event, and one before anything else that says when to come back', async () => {
    const session = await RawSession.open(cluster.urls)
    const events = await session.follow(await session.call('count', { count: 3, everyMs: 5 }), isAnswer)
    expect(events[0]).toMatchObject({ message: undefined })
    expect(new Set(events.map(({ id }) => id)).size).toBe(5)
    expect(events.every(({ id }) => id !== undefined && id !== '')).toBe(true)
    expect([progressOf(events), textOf(events.at(-1) as SeenEvent)]).toEqual([upTo(3), 'counted to 3'])
  })

  it('of a revision before 2025-11-25 has ids, and no event without data, which its clients crash on', async () => {
    const session = await RawSession.open(cluster.urls, '2025-06-18')
    const events = await session.follow(await session.call('count', { count: 2, everyMs: 5 }), isAnswer)
    expect(events.map(({ message }) => message !== undefined)).toEqual([true, true, true])
    expect(new Set(events.map(({ id }) => id)).size).toBe(3)
  })

  it('goes on through the other gateway, from where its client left it', async () => {
    const session = await RawSession.open(cluster.urls)
    const leaving = new AbortController()
    const begun = await take(await session.call('count', { count: 10, everyMs: 30 }, leaving.signal), 4)
    leaving.abort()
    const rest = await session.follow(await session.get(begun.at(-1)?.id), isAnswer, begun.at(-1)?.id)
    expect([...progressOf(begun), ...progressOf(rest)]).toEqual(upTo(10))
  })

  it('can be read again from any of its events after its end, and says then that it is finished', async () => {
    const session = await RawSession.open(cluster.urls)
    const events = await session.follow(await session.call('count', { count: 5, everyMs: 5 }), isAnswer)
    const again = await session.follow(await session.get(events[2]?.id), isAnswer)
    expect(again.map(({ id }) => id)).toEqual(events.slice(3).map(({ id }) => id))
    const finished = await session.get(events.at(-1)?.id)
    expect([finished.status, finished.headers.get('allow')]).toEqual([405, 'GET, POST, DELETE'])
  })

  it('ends when its server says so, and its client gets the rest when it comes back', async () => {
    const session = await RawSession.open(cluster.urls)
    const events = await session.follow(await session.call('close-stream', { ms: 300 }), isAnswer)
    expect([events[0]?.message, textOf(events.at(-1) as SeenEvent)]).toEqual([undefined, 'after the close'])
  })

  it('carries a message that is larger than NATS carries at once, also to a client that comes back', async () => {
    const session = await RawSession.open(cluster.urls)
    const events = await session.follow(await session.call('large', { bytes: 3_000_000 }), isAnswer)
    expect(events.at(-2)?.message?.params?.['data']).toHaveLength(3_000_000)
    const again = await session.follow(await session.get(events[0]?.id), isAnswer)
    expect(again[0]?.message?.params?.['data']).toHaveLength(3_000_000)
  })
})

describe('when the owner is killed, the stream that a client reads is not cut', () => {
  it('a call that may run twice runs again, and goes on on the same stream', async () => {
    const session = await RawSession.open(cluster.urls)
    const file = newFile()
    const response = await session.call('count-again', { count: 20, everyMs: 100, file })
    const following = session.follow(response, isAnswer)
    await until(() => runsIn(file) === 1)
    await (await cluster.ownerOf(session.id)).kill()
    const events = await following
    expect(runsIn(file)).toBe(2)
    expect(progressOf(events).slice(-20)).toEqual(upTo(20))
    expect(textOf(events.at(-1) as SeenEvent)).toBe('counted to 20')
    expect(new Set(events.map(({ id }) => id)).size).toBe(events.length)
  })

  it('of any other call it says on the same stream that nobody knows, and the session goes on', async () => {
    const session = await RawSession.open(cluster.urls)
    const file = newFile()
    const following = session.follow(await session.call('count', { count: 100, everyMs: 50, file }), isAnswer)
    await until(() => runsIn(file) === 1)
    await (await cluster.ownerOf(session.id)).kill()
    expect((await following).at(-1)?.message?.error).toMatchObject({ code: -32603, data: { reason: 'session_moved' } })
    const next = await session.follow(await session.call('count', { count: 1, everyMs: 1 }), isAnswer)
    expect([textOf(next.at(-1) as SeenEvent), runsIn(file)]).toEqual(['counted to 1', 1])
  })

  it('also for a client that had left, and asks for the rest only then', async () => {
    const session = await RawSession.open(cluster.urls)
    const leaving = new AbortController()
    const begun = await take(await session.call('count-again', { count: 5, everyMs: 100 }, leaving.signal), 2)
    leaving.abort()
    await (await cluster.ownerOf(session.id)).kill()
    const rest = await session.follow(await session.get(begun.at(-1)?.id), isAnswer, begun.at(-1)?.id)
    expect(progressOf(rest).slice(-5)).toEqual(upTo(5))
    expect(textOf(rest.at(-1) as SeenEvent)).toBe('counted to 5')
  })

  it('what its server asked the client is asked no more: a late answer is taken, and reaches nobody', async () => {
    const session = await RawSession.open(cluster.urls)
    const response = await session.call('ask')
    const events = eventsOf(response)
    const asked = await until(async () => (await events.next()).value as SeenEvent)
    const question = asked.message ?? ((await events.next()).value as SeenEvent).message
    expect(question).toMatchObject({ method: 'elicitation/create' })
    await (await cluster.ownerOf(session.id)).kill()
    const answer = { id: question?.id, result: { action: 'accept', content: { name: 'Ada' } } }
    expect((await session.post(answer)).status).toBe(202)
    const last = (await events.next()).value as SeenEvent
    expect(last.message?.error?.data?.reason).toBe('session_moved')
    const next = await session.follow(await session.call('count', { count: 1, everyMs: 1 }), isAnswer)
    expect(textOf(next.at(-1) as SeenEvent)).toBe('counted to 1')
  })
})

describe('what a server asks its client', () => {
  it('is answered through another gateway than the one that asked', async () => {
    const session = await RawSession.open(cluster.urls)
    const response = await session.call('ask')
    const events: SeenEvent[] = []
    for await (const event of eventsOf(response)) {
      events.push(event)
      if (event.message?.method !== 'elicitation/create') continue
      const result = { action: 'accept', content: { name: 'Ada' } }
      expect((await session.post({ id: event.message.id, result })).status).toBe(202)
    }
    expect(textOf(events.at(-1) as SeenEvent)).toBe('accept Ada')
  })

  it('an answer to a question that was never asked is taken, and harms nobody', async () => {
    const session = await RawSession.open(cluster.urls)
    expect((await session.post({ id: 's1.99', result: {} })).status).toBe(202)
    expect((await session.post({ id: 99, error: { code: -1, message: 'no' } })).status).toBe(202)
    const next = await session.follow(await session.call('count', { count: 1, everyMs: 1 }), isAnswer)
    expect(textOf(next.at(-1) as SeenEvent)).toBe('counted to 1')
  })
})

describe('the standalone stream', () => {
  const isChange = ({ message }: SeenEvent) => message?.method === 'notifications/tools/list_changed'
  const announce = async (session: RawSession) => {
    await session.follow(await session.call('announce'), isAnswer)
  }

  it('carries what belongs to no request, and nothing of it goes to the stream of the call', async () => {
    const session = await RawSession.open(cluster.urls)
    const listening = session.follow(await session.get(), isChange)
    const call = await session.follow(await session.call('announce'), isAnswer)
    expect(call.map(({ message }) => message?.method)).toEqual([undefined])
    expect((await listening).filter(isChange)).toHaveLength(1)
  })

  it('brings what was sent before anybody listened, once', async () => {
    const session = await RawSession.open(cluster.urls)
    await announce(session)
    await announce(session)
    const leaving = new AbortController()
    const response = await session.get(undefined, leaving.signal)
    const first = await take(response, 3)
    expect(first.map(({ message }) => message?.method)).toEqual([
      'notifications/tools/list_changed',
      'notifications/tools/list_changed',
      undefined
    ])
    leaving.abort()
    const again = await until(async () => {
      const answer = await session.get()
      return answer.ok && answer
    })
    await announce(session)
    expect((await session.follow(again, isChange)).map(({ message }) => message?.method)).toEqual([
      undefined,
      'notifications/tools/list_changed'
    ])
  })

  it('is refused to a second reader while the first one reads, and given to one that comes back', async () => {
    const session = await RawSession.open(cluster.urls)
    const first = await session.get()
    const [opened] = await take(first.clone() as Response, 1)
    const second = await session.get()
    expect([second.status, await reasonOf(second)]).toEqual([409, 'StreamTaken'])
    const back = await session.get(opened?.id)
    expect(back.status).toBe(200)
    await announce(session)
    expect((await session.follow(back, isChange)).filter(isChange)).toHaveLength(1)
  })

  it('is not cut when the owner is killed: what the next owner sends comes on it', async () => {
    const session = await RawSession.open(cluster.urls)
    const events = eventsOf(await session.get())
    await events.next()
    await (await cluster.ownerOf(session.id)).kill()
    await announce(session)
    expect((await events.next()).value).toMatchObject({ message: { method: 'notifications/tools/list_changed' } })
  })

  it('ends with its session', async () => {
    const session = await RawSession.open(cluster.urls)
    const events = eventsOf(await session.get())
    await events.next()
    expect((await session.delete()).status).toBe(200)
    expect((await events.next()).done).toBe(true)
  })
})

describe('Last-Event-ID', () => {
  it('is refused when it is none, when nobody was given it, and when it is of another session', async () => {
    const [session, other] = [await RawSession.open(cluster.urls), await RawSession.open(cluster.urls)]
    const events = await session.follow(await session.call('count', { count: 1, everyMs: 1 }), isAnswer)
    const id = events[0]?.id as string
    const answers = []
    for (const [asker, lastId] of [
      [session, 'what'],
      [session, `${id}9999`],
      [session, id.replace(/\d+$/, '9999999')],
      [session, id.replace(/\.[^.]+\./, '.standalone.')],
      [other, id]
    ] as const) {
      const response = await asker.get(lastId)
      answers.push([response.status, await reasonOf(response)])
    }
    expect(answers).toEqual([
      [400, 'EventUnknown'],
      [400, 'EventUnknown'],
      [400, 'EventUnknown'],
      [400, 'EventUnknown'],
      [404, 'SessionNotFound']
    ])
  })
})

describe('a batch of 2025-03-26', () => {
  it('is answered by one array when the answers come first', async () => {
    const session = await RawSession.open(cluster.urls, '2025-03-26')
    const batch = [
      { id: 1, method: 'ping' },
      { method: 'notifications/roots/list_changed' },
      { id: 2, method: 'tools/list' }
    ]
    const response = await session.post(batch)
    const answers = (await response.json()) as { readonly id: number }[]
    expect([response.headers.get('content-type'), answers.map(({ id }) => id).sort()]).toEqual([
      'application/json',
      [1, 2]
    ])
  })

  it('becomes a stream that ends after the last answer when something else comes first', async () => {
    const session = await RawSession.open(cluster.urls, '2025-03-26')
    const counting = { name: 'count', arguments: { count: 2, everyMs: 5 }, _meta: { progressToken: 'p' } }
    const response = await session.post([
      { id: 1, method: 'ping' },
      { id: 2, method: 'tools/call', params: counting }
    ])
    const events = await session.follow(response, ({ message }) => message?.id === 2)
    expect(events.filter(isAnswer).map(({ message }) => message?.id)).toEqual([1, 2])
    expect(progressOf(events)).toEqual([1, 2])
  })

  it('without a request is taken, and one of another revision is refused', async () => {
    const session = await RawSession.open(cluster.urls, '2025-03-26')
    expect((await session.post([{ method: 'notifications/roots/list_changed' }])).status).toBe(202)
    const newer = await RawSession.open(cluster.urls, '2025-06-18')
    expect((await newer.post([{ id: 1, method: 'ping' }])).status).toBe(400)
  })
})
