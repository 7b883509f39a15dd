import { VirtualClock } from '@scaled-mcp/actor'
import { memberCodec, Subjects } from '@scaled-mcp/contracts'
import { MemoryBroker } from '@scaled-mcp/mesh'
import { describe, expect, it, vi } from 'vitest'
import { Membership, MemberView, place } from '../src/index.ts'
import { leaseTimes } from '../src/lease.ts'

function cluster() {
  const clock = new VirtualClock()
  const mesh = new MemoryBroker().connect({ process: 'w-0000-000001', subjects: new Subjects() })
  const { members } = mesh.records
  const told = { missed: vi.fn() }
  const times = leaseTimes(6_000)
  const join = async (id: string, load = 0) => {
    const components = { members, clock, load: () => load, ...told }
    const membership = new Membership(components, { id, role: 'worker', host: 'h', pid: 1, build: '0', times })
    await membership.join()
    return membership
  }
  const view = new MemberView({ members, clock, unreadable: vi.fn() }, { freshMs: times.observeMs })
  return { clock, members, join, view, told }
}

describe('members', () => {
  it('are seen from their join to their end, with how loaded they are', async () => {
    const { join, view } = cluster()
    const first = await join('w-a', 7)
    await view.start()
    await join('w-b')
    await expect
      .poll(() => view.up('worker').map(({ id, load }) => [id, load]))
      .toEqual([
        ['w-a', 7],
        ['w-b', 0]
      ])
    await first.drain()
    await expect.poll(() => view.up('worker').map(({ id }) => id)).toEqual(['w-b'])
    await first.leave()
    await expect.poll(() => view.get('w-a')?.record.state).toBe('dead')
  })

  it('one whose heartbeat has stopped gets no new sessions, and one that beats on does', async () => {
    const { clock, join, view, members } = cluster()
    await join('w-a')
    await members.put('w-silent', memberCodec.encode({ ...(await recordOf(members, 'w-a')), id: 'w-silent' }), 0)
    await view.start()
    expect(view.up('worker')).toHaveLength(2)
    for (let second = 0; second < 9; second++) {
      const { beat } = await recordOf(members, 'w-a')
      clock.advance(1_000)
      await expect.poll(async () => (await recordOf(members, 'w-a')).beat).toBeGreaterThan(beat)
    }
    await expect.poll(() => view.up('worker').map(({ id }) => id)).toEqual(['w-a'])
  })

  it('one that another declared dead learns it with its next heartbeat (M2)', async () => {
    const { clock, join, members } = cluster()
    const membership = await join('w-a')
    const entry = await members.get('w-a')
    const dead = { ...(await recordOf(members, 'w-a')), state: 'dead', by: 'w-b' } as const
    await members.put('w-a', memberCodec.encode(dead), entry?.revision as number)
    clock.advance(1_000)
    await membership.lost
    expect([membership.lease.isHeld, membership.lease.isLost]).toEqual([false, true])
    clock.advance(10_000)
    expect(await recordOf(members, 'w-a')).toMatchObject({ state: 'dead', by: 'w-b' })
  })
})

describe('placement', () => {
  const worker = (id: string, load: number) => ({ id, load }) as Parameters<typeof place>[0][number]

  it('takes the less loaded of two, so that a full worker is never preferred', () => {
    const workers = [worker('busy', 9), worker('idle', 1)]
    for (const random of [0, 0.3, 0.6, 0.99]) expect(place(workers, () => random)?.id).toBe('idle')
  })

  it('takes the only one, and none when there is none', () => {
    expect(place([worker('only', 9)], () => 0.5)?.id).toBe('only')
    expect(place([], () => 0.5)).toBeUndefined()
  })
})

async function recordOf(members: ReturnType<typeof cluster>['members'], id: string) {
  return memberCodec.decode((await members.get(id))?.value as Uint8Array)
}
