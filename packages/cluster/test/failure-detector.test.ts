import { VirtualClock } from '@scaled-mcp/actor'
import { type MemberRecord, memberCodec, Subjects } from '@scaled-mcp/contracts'
import { type Bucket, MemoryBroker } from '@scaled-mcp/mesh'
import { describe, expect, it, vi } from 'vitest'
import { FailureDetector, Lease, leaseTimes, MemberView } from '../src/index.ts'

const times = leaseTimes(1_800)
const SELF = 'w-self'

/** An observer whose own heartbeat is stored whenever time passes, and others that beat only when told. */
async function cluster(others: readonly string[], change: (members: Bucket) => Bucket = (members) => members) {
  const clock = new VirtualClock(1_000_000)
  const { members } = new MemoryBroker().connect({ process: SELF, subjects: new Subjects() }).records
  const view = new MemberView({ members, clock, unreadable: vi.fn() }, { freshMs: times.observeMs })
  const lease = new Lease({ clock }, times.leaseMs)
  const declared = vi.fn()
  const components = { members: change(members), view, lease, clock, declared, failed: vi.fn() }
  const detector = new FailureDetector(components, { self: SELF, times })

  const beat = async (id: string): Promise<void> => {
    const entry = await members.get(id)
    const before = entry && memberCodec.decode(entry.value)
    const record = { ...(before ?? fresh(id)), beat: (before?.beat ?? 0) + 1 }
    const put = await members.put(id, memberCodec.encode(record), entry?.revision ?? 0)
    if (put.outcome === 'won') await vi.waitUntil(() => view.get(id)?.revision === put.revision)
  }
  /** Lets time pass in steps of a heartbeat; `living` beat. */
  const pass = async (ms: number, living: readonly string[] = []): Promise<void> => {
    for (let passed = 0; passed < ms; passed += times.heartbeatMs) {
      for (const id of [SELF, ...living]) await beat(id)
      lease.renew({ monotonic: clock.monotonic(), wall: clock.wall() })
      clock.advance(times.heartbeatMs)
      await settled()
    }
  }
  await view.start()
  for (const id of [SELF, ...others]) await beat(id)
  lease.renew({ monotonic: clock.monotonic(), wall: clock.wall() })
  detector.start()
  const stateOf = (id: string) => view.get(id)?.record.state
  return { clock, members, view, lease, declared, pass, beat, stateOf }
}

function fresh(id: string): Omit<MemberRecord, 'beat'> {
  const identity = { id, role: 'worker', state: 'up', host: 'h', pid: 1, build: '0' } as const
  return {
    ...identity,
    load: 0,
    wire: { min: 1, max: 1 },
    leaseMs: times.leaseMs,
    connections: 1,
    startedAt: 1,
    beatAt: 1
  }
}

/** Whatever the memory mesh still has on its way arrives. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve))
}

describe('a worker whose heartbeat has ended', () => {
  it('is declared dead once it has been silent for the whole observation time, and not before (F1)', async () => {
    const { pass, stateOf, declared } = await cluster(['w-a'])
    await pass(times.observeMs - times.heartbeatMs)
    expect(stateOf('w-a')).toBe('up')
    await pass(3 * times.heartbeatMs)
    expect(stateOf('w-a')).toBe('dead')
    expect(declared).toHaveBeenCalledExactlyOnceWith('w-a')
  })

  it('whose lease is longer than ours is given the time of its own, so that two settings do not make two owners (F1)', async () => {
    const { pass, stateOf, members, view } = await cluster(['w-a'])
    const entry = await members.get('w-a')
    const longer = { ...memberCodec.decode(entry?.value as Uint8Array), leaseMs: 2 * times.leaseMs }
    await members.put('w-a', memberCodec.encode(longer), entry?.revision as number)
    await vi.waitUntil(() => view.get('w-a')?.record.leaseMs === longer.leaseMs)
    await pass(2 * times.observeMs - times.heartbeatMs)
    expect(stateOf('w-a')).toBe('up')
    await pass(3 * times.heartbeatMs)
    expect(stateOf('w-a')).toBe('dead')
  })

  it('is found among others that go on, and they are left alone', async () => {
    const { pass, stateOf } = await cluster(['w-a', 'w-b', 'w-c'])
    await pass(2 * times.observeMs, ['w-b', 'w-c'])
    expect(['w-a', 'w-b', 'w-c'].map(stateOf)).toEqual(['dead', 'up', 'up'])
  })

  it('is not declared dead by a process whose own lease has ended (F2)', async () => {
    const { clock, stateOf } = await cluster(['w-a'])
    clock.advance(3 * times.observeMs)
    await settled()
    expect(stateOf('w-a')).toBe('up')
  })

  it('that beats once more before the verdict is written stays a member (F3)', async () => {
    let isLate = false
    const { pass, stateOf, members, declared } = await cluster(['w-a'], (members) => ({
      ...bound(members),
      put: async (...[key, value, expect]) => {
        if (key === 'w-a' && !isLate) await lateBeat()
        return members.put(key, value, expect)
      }
    }))
    const lateBeat = async (): Promise<void> => {
      isLate = true
      const entry = await members.get('w-a')
      if (entry) await members.put('w-a', entry.value, entry.revision)
    }
    await pass(times.observeMs + 2 * times.heartbeatMs)
    expect([isLate, stateOf('w-a'), declared.mock.calls]).toEqual([true, 'up', []])
  })

  it('is given as long again when most look dead at once: it may be us who sees nothing (F4)', async () => {
    const { pass, stateOf } = await cluster(['w-a', 'w-b'])
    await pass(times.observeMs + 3 * times.heartbeatMs)
    expect(['w-a', 'w-b'].map(stateOf)).toEqual(['up', 'up'])
    await pass(times.observeMs)
    expect(['w-a', 'w-b'].map(stateOf)).toEqual(['dead', 'dead'])
  })
})

function bound(bucket: Bucket): Bucket {
  return {
    get: (key) => bucket.get(key),
    put: (key, value, expect) => bucket.put(key, value, expect),
    tombstone: (key, expect) => bucket.tombstone(key, expect),
    keys: () => bucket.keys(),
    all: (receive) => bucket.all(receive),
    purge: (key) => bucket.purge(key),
    watch: (pattern, listener, options) => bucket.watch(pattern, listener, options)
  }
}
