/** What a client of the soak does in its session, right and wrong. Each deed rejects unless it is answered as it has to be. */
import { deepEqual, equal } from 'node:assert/strict'
import { eventsOf, RawConnection, type RawSession, type SeenEvent, type SeenMessage, until } from '@scaled-mcp/testkit'

interface Visit {
  readonly urls: readonly [string, ...string[]]
  readonly session: RawSession
  /** An event of another session. */
  readonly foreignEvent: string
}

type Deed = (visit: Visit) => Promise<void>

export const deeds = {
  calls: async ({ session }) => equal(textOf(await ended(session, 'echo', { value: 'x' })), 'x'),
  'reads a large answer': async ({ session }) => {
    equal(textOf(await ended(session, 'large', { bytes: 1_000_000 }))?.length, 1_000_000)
  },
  'follows a stream': async ({ session }) => {
    const events = await session.follow(await session.call('count', { count: 5, everyMs: 5 }), isAnswer)
    deepEqual(progressOf(events), upTo(5))
  },
  'leaves a stream and resumes it': async ({ session }) => {
    const leaving = new AbortController()
    const begun = await take(await session.call('count', { count: 10, everyMs: 10 }, leaving.signal), 4)
    leaving.abort()
    const rest = await session.follow(await session.get(begun.at(-1)?.id), isAnswer, begun.at(-1)?.id)
    deepEqual([...progressOf(begun), ...progressOf(rest)], upTo(10))
  },
  'reads a finished stream again': async ({ session }) => {
    const events = await session.follow(await session.call('count', { count: 2, everyMs: 5 }), isAnswer)
    const again = await session.follow(await session.get(events[0]?.id), isAnswer)
    deepEqual(progressOf(again), progressOf(events.slice(1)))
    equal(await statusOf(session.get(again.at(-1)?.id)), 405)
  },
  'breaks off and stays away': async ({ session }) => {
    const leaving = new AbortController()
    await take(await session.call('count', { count: 20, everyMs: 10 }, leaving.signal), 2)
    leaving.abort()
  },
  'cancels a request': async ({ session }) => {
    const call = { name: 'count', arguments: { count: 1_000, everyMs: 20 }, _meta: { progressToken: 'c' } }
    const response = await session.post({ id: 'cancelled', method: 'tools/call', params: call })
    const cancelled = { method: 'notifications/cancelled', params: { requestId: 'cancelled' } }
    equal(await statusOf(session.post(cancelled)), 202)
    equal((await allOf(response)).filter(isAnswer).length, 0)
  },
  'answers its server': async ({ session }) => {
    const asked = await isAsked(session, 'asked')
    await asked.answer()
    equal(textOf(await asked.end()), 'Ada')
  },
  listens: async ({ session }) => {
    const leaving = new AbortController()
    const events = eventsOf(await listening(session, leaving.signal))
    await ended(session, 'announce')
    await next(events, isChange)
    leaving.abort()
  },
  'listens twice': async ({ session }) => {
    const leaving = new AbortController()
    const first = eventsOf(await listening(session, leaving.signal))
    await ended(session, 'announce')
    const { id } = await next(first, isChange)
    equal(await statusOf(session.get()), 409)
    equal((await session.get(id, leaving.signal)).status, 200)
    leaving.abort()
  },
  'vanishes and comes back': async (visit) => {
    const { gone, id } = await vanished(visit)
    const leaving = new AbortController()
    const events = eventsOf(await visit.session.get(id, leaving.signal))
    await ended(visit.session, 'announce')
    await next(events, isChange)
    leaving.abort()
    gone.destroy()
  },
  'never reads much': async (visit) => {
    const { gone } = await vanished(visit)
    for (let i = 0; i < 4; i++) await ended(visit.session, 'tell', { bytes: 900_000 })
    gone.destroy()
  },
  'cuts a request in its middle': async ({ urls: [url], session: { headers } }) => {
    const connection = await RawConnection.open(url)
    const cut = { ...headers, 'content-length': '1000' }
    await connection.send(connection.text({ method: 'POST', headers: cut, body: '{"jsonrpc":"2.0"' }))
    connection.destroy()
  },
  'sends half a header': async ({ urls: [url] }) => {
    const connection = await RawConnection.open(url)
    await connection.send('POST /mcp HTT')
    connection.destroy()
  },
  'sends many requests at once': async ({ urls: [url], session: { headers } }) => {
    const connection = await RawConnection.open(url)
    const ping = (nth: number) => {
      const body = JSON.stringify({ jsonrpc: '2.0', id: `ping ${nth}`, method: 'ping' })
      return connection.text({ method: 'POST', headers, body })
    }
    await connection.send(upTo(50).map(ping).join(''))
    await until(() => connection.statuses.length === 50, { timeoutMs: WAIT_MS })
    deepEqual(new Set(connection.statuses), new Set([200]))
    connection.destroy()
  },
  'uses an id twice': async ({ session }) => {
    const asked = await isAsked(session, 'twice')
    equal(await statusOf(session.post({ id: 'twice', method: 'ping' })), 400)
    await asked.answer()
    equal(textOf(await asked.end()), 'Ada')
  },
  'sends what is no message': async ({ session }) => {
    equal(await statusOf(session.post({ foo: 1 })), 400)
    equal(await statusOf(session.post([])), 400)
    equal(await statusOf(session.post([{ id: 1, method: 'ping' }, { foo: 1 }])), 400)
  },
  'answers what nobody asked': async ({ session }) => {
    equal(await statusOf(session.post({ id: 's1.99', result: {} })), 202)
  },
  'comes back with wrong event ids': async ({ session, foreignEvent }) => {
    const ids = ['what', 'x'.repeat(201), 'aaaaaa.standalone.0', foreignEvent]
    const statuses: number[] = []
    for (const id of ids) statuses.push(await statusOf(session.get(id)))
    deepEqual(statuses, [400, 400, 400, 404])
  },
  'sends too many headers': async ({ urls: [url], session: { headers } }) => {
    const connection = await RawConnection.open(url)
    await connection.send(connection.text({ method: 'GET', headers: { ...headers, 'x-large': 'x'.repeat(17_000) } }))
    await connection.ended
    deepEqual(connection.statuses, [431])
  }
} as const satisfies Readonly<Record<string, Deed>>

export type DeedName = keyof typeof deeds

const WAIT_MS = 30_000

const isAnswer = ({ message }: SeenEvent) => message !== undefined && message.method === undefined
const isChange = ({ message }: SeenEvent) => message?.method === 'notifications/tools/list_changed'
const upTo = (count: number) => Array.from({ length: count }, (_, i) => i + 1)

function progressOf(events: readonly SeenEvent[]): unknown[] {
  const progress = events.filter(({ message }) => message?.method === 'notifications/progress')
  return progress.map(({ message }) => message?.params?.['progress'])
}

function textOf(message: SeenMessage | undefined): string | undefined {
  return (message?.result?.['content'] as readonly { readonly text: string }[] | undefined)?.[0]?.text
}

/** A call whose tool asks its client, and does not end before that has answered. */
async function isAsked(session: RawSession, id: string) {
  const events = eventsOf(await session.post({ id, method: 'tools/call', params: { name: 'ask' } }))
  const question = await next(events, ({ message }) => message?.method === 'elicitation/create')
  const result = { action: 'accept', content: { name: 'Ada' } }
  return {
    answer: async () => equal(await statusOf(session.post({ id: question.message?.id, result })), 202),
    end: async () => (await next(events, isAnswer)).message
  }
}

/** Calls a tool and gives its answer. */
async function ended(session: RawSession, tool: string, args: object = {}): Promise<SeenMessage | undefined> {
  return (await session.follow(await session.call(tool, args), isAnswer)).at(-1)?.message
}

async function statusOf(answer: Promise<Response>): Promise<number> {
  const response = await answer
  await response.arrayBuffer()
  return response.status
}

async function allOf(response: Response): Promise<readonly SeenEvent[]> {
  return take(response, Number.POSITIVE_INFINITY)
}

/** Some events of a stream, or all that there are. */
async function take(response: Response, count: number): Promise<readonly SeenEvent[]> {
  const events: SeenEvent[] = []
  for await (const event of eventsOf(response)) if (events.push(event) === count) break
  return events
}

async function next(events: AsyncGenerator<SeenEvent>, isIt: (event: SeenEvent) => boolean): Promise<SeenEvent> {
  for (;;) {
    const { value, done } = await events.next()
    if (done) throw new Error('the stream ended before it')
    if (isIt(value)) return value
  }
}

/** Listens, as soon as it is known that the listener before has left. */
function listening(session: RawSession, signal: AbortSignal): Promise<Response> {
  const listen = async () => {
    const response = await session.get(undefined, signal)
    if (response.status !== 409) equal(response.status, 200)
    else await response.arrayBuffer()
    return response.ok && response
  }
  return until(listen, { timeoutMs: WAIT_MS, describe: 'it may listen' })
}

/** Somebody who listened and is there no more, without a word; and the last event that they have seen. */
async function vanished({
  urls: [url],
  session
}: Visit): Promise<{ readonly gone: RawConnection; readonly id: string }> {
  const open = async () => {
    const gone = await RawConnection.open(url)
    await gone.send(gone.text({ method: 'GET', headers: session.headers }))
    await until(() => gone.statuses.length > 0, { timeoutMs: WAIT_MS })
    if (gone.statuses[0] === 200) return gone
    gone.destroy()
    return undefined
  }
  const gone = await until(open, { timeoutMs: WAIT_MS, describe: 'it may listen' })
  await ended(session, 'announce')
  const [, id] = await until(() => /^id: (.*)\ndata: .*list_changed/m.exec(gone.received), { timeoutMs: WAIT_MS })
  gone.vanish()
  return { gone, id: id as string }
}
