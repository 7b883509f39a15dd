import { directoryCodec, Subjects } from '@scaled-mcp/contracts'
import { MemoryBroker } from '@scaled-mcp/mesh'
import { expect, it } from 'vitest'
import { RouteCache } from '../src/index.ts'

it('a known route follows its owner, an unknown one is not taken in, a released one is forgotten', async () => {
  const broker = new MemoryBroker()
  const { records } = broker.connect({ process: 'g-0000-000001', subjects: new Subjects() })
  const cache = new RouteCache()
  await cache.start(records.directory)
  const write = async (key: string, why: 'new' | 'released', expectRevision: number) => {
    const put = await records.directory.put(key, directoryCodec.encode({ owner: 'w-b', why, at: 0 }), expectRevision)
    return put.outcome === 'won' ? put.revision : 0
  }
  cache.set('default.session.known', { worker: 'w-a', epoch: 0 })
  const epoch = await write('default.session.known', 'new', 0)
  await write('default.session.other', 'new', 0)
  await expect.poll(() => cache.get('default.session.known')).toEqual({ worker: 'w-b', epoch })
  expect(cache.size).toBe(1)
  await write('default.session.known', 'released', epoch)
  await expect.poll(() => cache.size).toBe(0)
})

it('keeps what is used and drops what is not when it is full', () => {
  const cache = new RouteCache(2)
  cache.set('a', { worker: 'w', epoch: 1 })
  cache.set('b', { worker: 'w', epoch: 2 })
  cache.get('a')
  cache.set('c', { worker: 'w', epoch: 3 })
  expect([cache.get('a'), cache.get('b'), cache.get('c')].map((route) => route?.epoch)).toEqual([1, undefined, 3])
})

it('an older route never replaces a newer one', () => {
  const cache = new RouteCache()
  cache.set('a', { worker: 'new', epoch: 2 })
  cache.set('a', { worker: 'old', epoch: 1 })
  expect(cache.get('a')?.worker).toBe('new')
})
