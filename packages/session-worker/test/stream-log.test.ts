import { systemClock } from '@scaled-mcp/actor'
import { Subjects } from '@scaled-mcp/contracts'
import { type EventLog, MemoryBroker, type PutOutcome } from '@scaled-mcp/mesh'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { type LoggedEvent, StreamLog, type StreamLogInit } from '../src/stream-log.ts'

const key = 'default.session.abcdef'
const bytes = new TextEncoder()

let events: EventLog
let staleCalls: number
let isOwner: boolean

beforeEach(() => {
  events = new MemoryBroker().connect({ process: 'w-0000-000001', subjects: new Subjects() }).events
  staleCalls = 0
  isOwner = true
})

function logOf(init: Partial<StreamLogInit> & Pick<StreamLogInit, 'epoch'>, store: EventLog = events): StreamLog {
  const components = {
    events: store,
    clock: systemClock,
    isOwner: async () => isOwner,
    stale: () => {
      staleCalls++
    }
  }
  return new StreamLog(components, { key, isNew: false, maxBodyBytes: 8, maxWaitingBytes: 32, ...init })
}

const event = (body: string) => ({ stream: 's', kind: 'message' as const, body: bytes.encode(body) })
const write = (log: StreamLog, body: string) => log.take(() => log.write(event(body)))

async function all(log: StreamLog): Promise<readonly string[]> {
  const read: LoggedEvent[] = []
  await log.take(() => log.read(0, (logged) => read.push(logged)))
  return read.map(({ body }) => Buffer.from(body).toString())
}

/** A log whose first appends end as `outcomes` say, whatever became of them. */
function answering(...outcomes: readonly ('unknown' | 'lost request')[]): EventLog {
  const left = [...outcomes]
  const append: EventLog['append'] = async (...args): Promise<PutOutcome> => {
    const outcome = left.shift()
    const put = outcome === 'lost request' ? undefined : await events.append(...args)
    return outcome || !put ? { outcome: 'unknown' } : put
  }
  return {
    append,
    last: (k) => events.last(k),
    newest: (k) => events.newest(k),
    at: (k, s) => events.at(k, s),
    replay: (...a) => events.replay(...a),
    purge: (k) => events.purge(k)
  }
}

describe('a write', () => {
  it('whose acknowledgement was lost is stored once (L3)', async () => {
    const log = logOf({ epoch: 5, isNew: true }, answering('unknown', 'lost request', 'unknown'))
    await write(log, 'a')
    await write(log, 'b')
    expect(await all(log)).toEqual(['a', 'b'])
  })

  it('of an owner that was replaced is refused, and tells it so (L1)', async () => {
    const former = logOf({ epoch: 5, isNew: true })
    await write(former, 'a')
    await write(logOf({ epoch: 9 }), 'b')
    await expect(write(former, 'c')).rejects.toMatchObject({ code: 'StaleEpoch' })
    expect([staleCalls, await all(logOf({ epoch: 9 }))]).toEqual([1, ['a', 'b']])
  })

  it('of a former owner is fenced as soon as the next one has looked, also when that wrote nothing of its own (L1)', async () => {
    const former = logOf({ epoch: 5, isNew: true })
    await write(former, 'a')
    expect(await all(logOf({ epoch: 9 }))).toEqual(['a'])
    await expect(write(former, 'late')).rejects.toMatchObject({ code: 'StaleEpoch' })
  })

  it('of a former owner that comes late into an empty log is refused, once the next one has looked (L1)', async () => {
    const next = logOf({ epoch: 9 })
    expect(await all(next)).toEqual([])
    await expect(write(logOf({ epoch: 5, isNew: true }), 'late')).rejects.toMatchObject({ code: 'StaleEpoch' })
    expect(await all(next)).toEqual([])
  })

  it('of a former owner that had never looked is refused, or it would take the next one’s events for its own (L1)', async () => {
    const former = logOf({ epoch: 5 })
    await write(logOf({ epoch: 9, isNew: true }), 'a')
    await expect(write(former, 'late')).rejects.toMatchObject({ code: 'StaleEpoch' })
    expect([staleCalls, await all(logOf({ epoch: 9 }))]).toEqual([1, ['a']])
  })

  it('goes on after every event has expired, as long as the directory names this owner (L4)', async () => {
    const log = logOf({ epoch: 5, isNew: true })
    await write(log, 'a')
    await events.purge(key)
    await write(log, 'b')
    isOwner = false
    await events.purge(key)
    await expect(write(log, 'c')).rejects.toMatchObject({ code: 'StaleEpoch' })
    expect(staleCalls).toBe(1)
  })

  it('larger than one event is read whole, under the sequence of its last part', async () => {
    const log = logOf({ epoch: 5, isNew: true })
    const sequence = await write(log, 'twenty-one characters')
    expect(await all(log)).toEqual(['twenty-one characters'])
    expect(await log.take(() => log.streamAt(sequence))).toBe('s')
  })

  it('whose owner died between its parts is not read', async () => {
    const parts = { 'Mcp-Stream-Name': 's', 'Mcp-Epoch': '5', 'Mcp-Chunk': '1/2' }
    await events.append(key, { headers: parts, body: bytes.encode('half of') }, 0)
    const next = logOf({ epoch: 9 })
    await write(next, 'b')
    expect(await all(next)).toEqual(['b'])
  })
})

describe('a seal (L5)', () => {
  it('spares the next owners of a session without streams the reading, however many there were', async () => {
    const replay = vi.spyOn(events, 'replay')
    for (const epoch of [5, 9, 12, 14]) expect(await all(logOf({ epoch }))).toEqual([])
    expect(replay).not.toHaveBeenCalled()
  })

  it('does not hide what an owner has written after it, nor what was there before', async () => {
    await all(logOf({ epoch: 5 }))
    const second = logOf({ epoch: 9 })
    await all(second)
    await write(second, 'a')
    expect(await all(second)).toEqual(['a'])
    expect(await all(logOf({ epoch: 12 }))).toEqual(['a'])
    expect(await all(logOf({ epoch: 14 }))).toEqual(['a'])
  })

  it('does not say that there is nothing when a former owner’s event came in before it was stored', async () => {
    const former = logOf({ epoch: 5 })
    await all(former)
    const append = events.append.bind(events)
    const late = vi.spyOn(events, 'append').mockImplementationOnce(async (...args) => {
      await write(former, 'late')
      return append(...args)
    })
    expect(await all(logOf({ epoch: 9 }))).toEqual(['late'])
    expect(late).toHaveBeenCalled()
    expect(await all(logOf({ epoch: 12 }))).toEqual(['late'])
  })
})

describe('a search (L6)', () => {
  const searched = async (log: StreamLog, after: number): Promise<readonly string[]> => {
    const read: string[] = []
    await log.search(after, ({ body }) => read.push(Buffer.from(body).toString()))
    return read
  }

  it('is shared by all who ask before it begins, each with what they have not seen', async () => {
    const log = logOf({ epoch: 5, isNew: true })
    const first = await write(log, 'a')
    await write(log, 'b')
    const replay = vi.spyOn(events, 'replay')
    const found = await Promise.all([searched(log, 0), searched(log, first), searched(log, 0)])
    expect([found, replay.mock.calls.length]).toEqual([[['a', 'b'], ['b'], ['a', 'b']], 1])
  })

  it('sees everything that was to be written when it was asked for, also when another one waits', async () => {
    const log = logOf({ epoch: 5, isNew: true })
    await write(log, 'a')
    const [before, written, after] = [searched(log, 0), write(log, 'b'), searched(log, 0)]
    expect([await before, await written, await after]).toEqual([['a'], expect.any(Number), ['a', 'b']])
  })
})

it('more than may wait to be stored is refused, and what waits is not lost', async () => {
  const log = logOf({ epoch: 5, isNew: true })
  const body = bytes.encode('x'.repeat(20))
  const append = () => log.append(body, async () => void (await log.write({ stream: 's', kind: 'message', body })))
  const [first, second] = [append(), append()]
  await expect(second).rejects.toMatchObject({ code: 'StreamFull' })
  await first
  expect(await all(log)).toEqual(['x'.repeat(20)])
})

it('a log that is closed refuses what it has not stored, so that no stop waits for the store', async () => {
  const log = logOf({ epoch: 5, isNew: true }, { ...answering(), append: async () => ({ outcome: 'unknown' }) })
  const written = write(log, 'a')
  log.close()
  await expect(written).rejects.toMatchObject({ code: 'SessionMoved' })
})
