import { systemClock } from '@scaled-mcp/actor'
import { type Headers, header, mintSessionId, Subjects, sessionAddress } from '@scaled-mcp/contracts'
import { type Delivery, MemoryBroker } from '@scaled-mcp/mesh'
import { beforeEach, describe, expect, it } from 'vitest'
import { addressed, Directory, Membership, MemberView, RouteCache, Router } from '../src/index.ts'

const subjects = new Subjects()
const address = sessionAddress(mintSessionId())
const body = new TextEncoder().encode('{}')

let broker: MemoryBroker
let directory: Directory
let cache: RouteCache
let members: MemberView
let router: Router
/** Which worker got what, in order. */
let got: string[]

beforeEach(async () => {
  broker = new MemoryBroker()
  got = []
  const mesh = broker.connect({ process: 'g-0000-000001', subjects })
  directory = new Directory({ entries: mesh.records.directory, clock: systemClock })
  cache = new RouteCache()
  members = new MemberView({ members: mesh.records.members, clock: systemClock, unreadable: () => undefined })
  await members.start()
  const components = { wire: mesh.wire, subjects, directory, members, cache, clock: systemClock, random: () => 0 }
  router = new Router(components, { holdMs: 250 })
})

/** A worker that answers every question with `headers`. */
async function worker(id: string, headers?: Headers): Promise<void> {
  const mesh = broker.connect({ process: id, subjects })
  const told = { load: () => 0, lost: () => undefined, missed: () => undefined }
  const init = { id, role: 'worker', host: 'h', pid: 1, build: '0' } as const
  await new Membership({ members: mesh.records.members, clock: systemClock, ...told }, init).join()
  mesh.wire.serve(subjects.worker(id), ({ reply, headers: asked }: Delivery) => {
    got.push(`${id} ${asked?.[header.verb] ?? asked?.[header.epoch] ?? ''}`.trim())
    reply?.end({ body, headers })
  })
  await expect.poll(() => members.get(id)?.state).toBe('up')
}

function ask(way: 'ask' | 'create' = 'ask'): Promise<string> {
  return new Promise((resolve) => {
    const receiver = { frame: () => resolve('answered'), failed: (error: Error) => resolve(error.name) }
    router[way](addressed(address, { body }), receiver)
  })
}

describe('a question finds its owner', () => {
  it('by the directory, and by the cache from then on', async () => {
    await worker('w-a')
    await directory.create(address, 'w-a')
    expect([await ask(), await ask()]).toEqual(['answered', 'answered'])
    expect(cache.get(addressed(address, { body }).key)).toMatchObject({ worker: 'w-a' })
  })

  it('a stale route is corrected by the worker that was asked, and the question runs once', async () => {
    await worker('w-old', { [header.status]: 'not-owner', [header.owner]: 'w-new' })
    await worker('w-new')
    cache.set(addressed(address, { body }).key, { worker: 'w-old', epoch: 1 })
    expect(await ask()).toBe('answered')
    expect(got).toEqual(['w-old', 'w-new'])
  })

  it('a released address is opened by a worker that is up', async () => {
    await worker('w-a')
    const created = await directory.create(address, 'w-gone')
    await directory.release(address, created.outcome === 'owned' ? created.epoch : 0)
    expect(await ask()).toBe('answered')
    expect(got).toEqual(['w-a 0'])
  })

  it('a new address goes to another worker when the first one is full', async () => {
    await worker('w-full', { [header.status]: 'full' })
    await worker('w-free')
    expect(await ask('create')).toBe('answered')
    expect(got.at(-1)).toBe('w-free create')
  })
})

describe('a question that finds no owner fails within the time it may be held', () => {
  it('an address that never was is SessionNotFound at once', async () => {
    expect(await ask()).toBe('SessionNotFound')
  })

  it('an owner that is gone and has released nothing is OwnerUnreachable, and nobody else is asked', async () => {
    await worker('w-other')
    await directory.create(address, 'w-killed')
    expect(await ask()).toBe('OwnerUnreachable')
    expect(got).toEqual([])
  })

  it('no worker at all is NoWorker', async () => {
    expect(await ask('create')).toBe('NoWorker')
  })

  it('workers that send it round in a circle do not keep it for ever', async () => {
    await worker('w-a', { [header.status]: 'not-owner', [header.owner]: 'w-b' })
    await worker('w-b', { [header.status]: 'not-owner', [header.owner]: 'w-a' })
    await directory.create(address, 'w-a')
    expect(await ask()).toBe('OwnerUnreachable')
  })
})
