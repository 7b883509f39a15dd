import type { Mesh, StoredEvent } from '@scaled-mcp/mesh'
import { eventStream } from '@scaled-mcp/mesh'
import { beforeEach, expect, test } from 'vitest'
import { bytes, fresh, type Get, text } from './mesh-under-test.ts'
import { won } from './record-store.ts'

/** L1 and L2 of event-log.ts. */
export function eventLogClaims(get: Get): void {
  let writer: Mesh
  let reader: Mesh
  let key: string

  beforeEach(async () => {
    key = `t.k.${fresh()}`
    writer = await get().connect()
    reader = await get().connect()
  })

  /** Appends events of these bodies, one after the other, and returns their sequences. */
  async function append(...bodies: readonly string[]): Promise<readonly number[]> {
    const sequences: number[] = []
    let last = await writer.events.last(key)
    for (const body of bodies) {
      last = won(await writer.events.append(key, { body: bytes(body) }, last))
      sequences.push(last)
    }
    return sequences
  }

  async function replay(after: number): Promise<readonly StoredEvent[]> {
    const events: StoredEvent[] = []
    await reader.events.replay(key, after, (event) => events.push(event))
    return events
  }
  const bodies = (events: readonly StoredEvent[]) => events.map(({ body }) => text(body))

  test('an empty log has last sequence 0 and replays nothing', async () => {
    expect(await reader.events.last(key)).toBe(0)
    expect(await replay(0)).toEqual([])
  })

  test('events are replayed in order, as they were appended, under the sequences that their writer learned', async () => {
    const event = { headers: { 'Mcp-Stream-Key': 's1' }, body: bytes('first') }
    const first = won(await writer.events.append(key, event, 0))
    const rest = await append('second', 'third')
    const events = await replay(0)
    expect(bodies(events)).toEqual(['first', 'second', 'third'])
    expect(events.map(({ sequence }) => sequence)).toEqual([first, ...rest])
    expect(events[0]?.headers).toEqual(event.headers)
    expect(events[1]?.headers).toBeUndefined()
    expect(await reader.events.last(key)).toBe(rest.at(-1))
  })

  test('an event is found by its sequence, and no other one in its place', async () => {
    const [first = 0, second = 0] = await append('a', 'b')
    expect(text((await reader.events.at(key, first))?.body ?? bytes(''))).toBe('a')
    expect(await reader.events.at(key, second + 1)).toBeUndefined()
    expect(await reader.events.at(`${key}x`, first)).toBeUndefined()
  })

  test('a replay begins after the sequence it is given, though other addresses wrote in between', async () => {
    const [first = 0] = await append('a')
    won(await writer.events.append(`${key}x`, { body: bytes('other') }, 0))
    await append('b', 'c')
    expect(bodies(await replay(first))).toEqual(['b', 'c'])
    expect(bodies(await replay(first + 1))).toEqual(['b', 'c'])
    expect(await replay(await reader.events.last(key))).toEqual([])
  })

  test('a replay gives what was there when it was called, and ends', async () => {
    await append('a', 'b')
    const events: string[] = []
    let appending: Promise<unknown> = Promise.resolve()
    await reader.events.replay(key, 0, (event) => {
      events.push(text(event.body))
      appending = appending.then(() => append(`after ${text(event.body)}`))
    })
    await appending
    expect(events).toEqual(['a', 'b'])
  })

  test('an append that expects an older sequence is lost and never stored: two owners never both append', async () => {
    const [first = 0] = await append('a', 'b')
    const stale = await reader.events.append(key, { body: bytes('zombie') }, first)
    expect(stale).toMatchObject({ outcome: 'lost', current: { key } })
    expect(bodies(await replay(0))).toEqual(['a', 'b'])
  })

  test('of raced appends exactly one wins', async () => {
    const [first = 0] = await append('a')
    const outcomes = await Promise.all(
      Array.from({ length: 20 }, (_, i) => (i % 2 ? writer : reader).events.append(key, { body: bytes(`${i}`) }, first))
    )
    expect(outcomes.filter(({ outcome }) => outcome === 'won')).toHaveLength(1)
    expect(await replay(0)).toHaveLength(2)
  })

  test('a purged log is empty and begins again, and other logs stay', async () => {
    await append('a', 'b')
    won(await writer.events.append(`${key}x`, { body: bytes('other') }, 0))
    await writer.events.purge(key)
    expect(await reader.events.last(key)).toBe(0)
    expect(await replay(0)).toEqual([])
    expect(await reader.events.last(`${key}x`)).toBeGreaterThan(0)
    await append('again')
    expect(bodies(await replay(0))).toEqual(['again'])
  })

  test('of one address only the newest events are kept, and the last sequence still fences', async () => {
    const { maxEventsPerAddress } = eventStream
    const sequences = await append(...Array.from({ length: maxEventsPerAddress + 3 }, (_, i) => `${i}`))
    const kept = await replay(0)
    expect(kept).toHaveLength(maxEventsPerAddress)
    expect(bodies(kept.slice(0, 2))).toEqual(['3', '4'])
    expect(kept.at(-1)?.sequence).toBe(sequences.at(-1))
    expect(await writer.events.append(key, { body: bytes('stale') }, sequences.at(-2) ?? 0)).toMatchObject({
      outcome: 'lost'
    })
  })

  test('an event larger than a stored message can be is refused', async () => {
    const event = { body: new Uint8Array(writer.wire.maxBodyBytes + 1) }
    await expect(writer.events.append(key, event, 0)).rejects.toMatchObject({ code: 'ValueTooLarge' })
  })
}
