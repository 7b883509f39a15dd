import { systemClock, VirtualClock } from '@scaled-mcp/actor'
import { type Headers, header, mintSessionId, Subjects, sessionAddress } from '@scaled-mcp/contracts'
import { type Delivery, type Exchange, type Frame, MemoryBroker, type Mesh, type Reply } from '@scaled-mcp/mesh'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import {
  addressed,
  certifyDeath,
  Directory,
  leaseTimes,
  Membership,
  MemberView,
  RouteCache,
  Router,
  type RouterComponents
} from '../src/index.ts'

const subjects = new Subjects()
const address = sessionAddress(mintSessionId())
const body = bytes('{}')

let broker: MemoryBroker
let gateway: Mesh
/** Ids of questions that a worker keeps without an answer. */
let asks: string[]
let directory: Directory
let cache: RouteCache
let members: MemberView
let routing: RouterComponents
let router: Router
/** Which worker got what, in order. */
let got: string[]
/** Which address each of them was asked for. */
let keys: string[]
const times = leaseTimes(60_000)

beforeEach(async () => {
  broker = new MemoryBroker()
  got = []
  keys = []
  asks = []
  const mesh = broker.connect({ process: 'g-0000-000001', subjects })
  gateway = mesh
  const seen = { members: mesh.records.members, clock: systemClock, unreadable: () => undefined }
  members = new MemberView(seen, { freshMs: 60_000 })
  directory = new Directory({ entries: mesh.records.directory, members, clock: systemClock })
  cache = new RouteCache()
  await members.start()
  routing = { wire: mesh.wire, subjects, directory, members, cache, clock: systemClock, random: () => 0 }
  router = new Router(routing, { holdMs: 250, maxHeld: 2 })
})

/** A worker that answers every question with `answers`. */
async function worker(id: string, answers: Headers | 'nothing' = {}): Promise<Membership> {
  const mesh = broker.connect({ process: id, subjects })
  const membership = await member(id)
  mesh.wire.serve(subjects.worker(id), ({ subject, reply, headers: asked }: Delivery) => {
    keys.push(subjects.parseWorker(subject).key)
    got.push(`${id} ${asked?.[header.verb] ?? asked?.[header.epoch] ?? ''}`.trim())
    if (asked?.[header.attempt]) got.push(`attempt ${asked[header.attempt]} of ${asked[header.messageId]}`)
    if (answers !== 'nothing') reply?.end({ body, headers: answers })
    else if (reply) asks.push(reply.id)
  })
  return membership
}

/** The record of a worker that is up; nothing of it serves. */
async function member(id: string): Promise<Membership> {
  const told = { load: () => 0, missed: () => undefined }
  const init = { id, role: 'worker', host: 'h', pid: 1, build: '0', times } as const
  const joined = new Membership({ members: gateway.records.members, clock: systemClock, ...told }, init)
  await joined.join()
  await expect.poll(() => members.get(id)?.record.state).toBe('up')
  return joined
}

/** A parent process has seen the worker's end. */
async function dies(id: string): Promise<void> {
  const failed = (error: unknown) => expect.unreachable(String(error))
  await certifyDeath({ members: gateway.records.members, clock: systemClock, failed }, { id, by: 'parent' })
}

function ask(way: 'ask' | 'create' = 'ask'): Promise<string> {
  return new Promise((resolve) => {
    const receiver = { frame: () => resolve('answered'), failed: (error: Error) => resolve(error.name) }
    if (way === 'ask') router.ask(addressed(address, { body }), receiver)
    else router.create(() => addressed(sessionAddress(mintSessionId()), { body }), receiver)
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
    if (created.outcome === 'owned') await directory.release(address, created.claim)
    expect(await ask()).toBe('answered')
    expect(got).toEqual(['w-a 0'])
  })

  it('a new address goes to another worker when the first one is full', async () => {
    await worker('w-full', { [header.status]: 'full' })
    await worker('w-free')
    expect(await ask('create')).toBe('answered')
    expect(got.at(-1)).toBe('w-free create')
  })

  it('a worker that may have claimed a new address leaves it behind: the next one is asked for another', async () => {
    await worker('w-unsure', { [header.status]: 'busy' })
    await worker('w-sure')
    expect(await ask('create')).toBe('answered')
    expect(new Set(keys).size).toBe(got.length)
  })
})

describe('a question that is held while its owner hands the address over', () => {
  it('goes on as soon as the address is released, and waits for no timer', async () => {
    router = new Router({ ...routing, clock: new VirtualClock() }, { holdMs: 250 })
    await cache.start(gateway.records.directory)
    await worker('w-heir')
    await worker('w-leaving', { [header.status]: 'draining' })
    const created = await directory.create(address, 'w-leaving')
    const answered = ask()
    await expect.poll(() => got).toEqual(['w-leaving'])
    if (created.outcome === 'owned') await directory.release(address, created.claim)
    expect(await answered).toBe('answered')
    expect(got).toEqual(['w-leaving', 'w-heir 0'])
  })
})

describe('when the owner dies', () => {
  it('a question that cannot have run is simply asked of whoever opens the session', async () => {
    await member('w-dead')
    await directory.create(address, 'w-dead')
    const answered = ask()
    await worker('w-heir')
    await dies('w-dead')
    expect(await answered).toBe('answered')
    expect(got).toEqual(['w-heir 0'])
  })

  it('a question that may have run is sent again under its first id, for the new owner to decide (Q1)', async () => {
    await worker('w-dead', 'nothing')
    await directory.create(address, 'w-dead')
    const answered = ask()
    await expect.poll(() => asks).toHaveLength(1)
    await worker('w-heir')
    await dies('w-dead')
    expect(await answered).toBe('answered')
    expect(got).toEqual(['w-dead', 'w-heir 0', `attempt 2 of ${asks[0]}`])
  })

  it('its routes are forgotten, so that nobody asks a dead worker first', async () => {
    await member('w-dead')
    const { key } = addressed(address, { body })
    cache.set(key, { worker: 'w-dead', epoch: 1 })
    await dies('w-dead')
    await expect.poll(() => cache.get(key)).toBeUndefined()
  })

  it('an initialize that may have run is asked again for a session of another id', async () => {
    await worker('w-dead', 'nothing')
    const answered = ask('create')
    await expect.poll(() => asks).toHaveLength(1)
    await worker('w-heir')
    await dies('w-dead')
    expect(await answered).toBe('answered')
    expect(got).toEqual(['w-dead create', 'w-heir create'])
  })
})

describe('a question that may have run', () => {
  it('is asked again when its own connection was lost, under the same id', async () => {
    await worker('w-a', 'nothing')
    await directory.create(address, 'w-a')
    void ask()
    await expect.poll(() => asks).toHaveLength(1)
    broker.disconnect('g-0000-000001')
    broker.reconnect('g-0000-000001')
    await expect.poll(() => got).toEqual(['w-a', 'w-a', `attempt 2 of ${asks[0]}`])
  })

  it("is asked again when its owner's connection was lost, as question or answer may be lost with it", async () => {
    const owner = await worker('w-a', 'nothing')
    await directory.create(address, 'w-a')
    void ask()
    await expect.poll(() => asks).toHaveLength(1)
    await owner.returned()
    await expect.poll(() => got).toEqual(['w-a', 'w-a', `attempt 2 of ${asks[0]}`])
  })

  describe('and whose owner has lost its connection since', () => {
    let replies: Reply[]
    let outcomes: string[]
    let exchange: Exchange

    beforeEach(async () => {
      replies = []
      outcomes = []
      const mesh = broker.connect({ process: 'w-a', subjects })
      const owner = await member('w-a')
      mesh.wire.serve(subjects.worker('w-a'), ({ reply }: Delivery) => void (reply && replies.push(reply)))
      await directory.create(address, 'w-a')
      const receiver = {
        frame: ({ body: answer }: Frame) => outcomes.push(text(answer)),
        failed: ({ name }: Error) => outcomes.push(name)
      }
      exchange = router.ask(addressed(address, { body }), receiver)
      await expect.poll(() => replies).toHaveLength(1)
      await owner.returned()
      await expect.poll(() => replies).toHaveLength(2)
    })

    const end = (nth: number, answer: string, headers?: Headers) => replies[nth]?.end({ body: bytes(answer), headers })

    it('still gets its first answer, and what became of the second attempt counts for nothing (Q5)', async () => {
      end(0, 'first')
      end(1, '', { [header.status]: 'interrupted' })
      await gateway.wire.flush()
      expect(outcomes).toEqual(['first'])
    })

    it('gets the answer of the second attempt, and a first one after it reaches nobody', async () => {
      end(1, 'second')
      end(0, 'first')
      await gateway.wire.flush()
      expect(outcomes).toEqual(['second'])
    })

    it('does not take the beginning of a stream from the first attempt, as all of it comes with the second', async () => {
      replies[0]?.frame({ body: bytes('begun'), headers: { [header.event]: 's.post.1' } })
      replies[1]?.frame({ body: bytes('begun again'), headers: { [header.event]: 's.post.1' } })
      end(1, 'ended')
      await gateway.wire.flush()
      expect(outcomes).toEqual(['begun again', 'ended'])
    })

    it('is over when it is cancelled, and hears nothing of either attempt', async () => {
      exchange.cancel()
      end(0, 'first')
      end(1, 'second')
      await gateway.wire.flush()
      expect(outcomes).toEqual(['Cancelled'])
    })
  })

  it('is SessionMoved when its owner will not run it again, and is not sent once more', async () => {
    await worker('w-a', { [header.status]: 'interrupted' })
    await directory.create(address, 'w-a')
    expect(await ask()).toBe('SessionMoved')
    expect(got.filter((line) => line === 'w-a')).toHaveLength(1)
  })

  it('is asked again when its owner lets go of it, under the same id and after the last event', async () => {
    let first = ''
    const [mesh, attempts] = [broker.connect({ process: 'w-a', subjects }), [] as (Headers | undefined)[]]
    await member('w-a')
    await directory.create(address, 'w-a')
    mesh.wire.serve(subjects.worker('w-a'), ({ reply, headers }: Delivery) => {
      attempts.push(headers)
      if (attempts.length > 1) return reply?.end({ body })
      first = reply?.id ?? ''
      reply?.frame({ body, headers: { [header.event]: 's.post.7' } })
      return reply?.end({ body, headers: { [header.status]: 'moved' } })
    })
    await ask()
    await expect.poll(() => attempts).toHaveLength(2)
    expect(attempts[1]).toEqual({ [header.messageId]: first, [header.attempt]: '2', [header.event]: 's.post.7' })
  })
})

it('one that is cancelled while its new owner is looked for is over, and nobody is asked for it', async () => {
  await worker('w-old', { [header.status]: 'not-owner' })
  await worker('w-new')
  await directory.create(address, 'w-new')
  const { key } = addressed(address, { body })
  cache.set(key, { worker: 'w-old', epoch: 1 })
  const lookup = directory.lookup.bind(directory)
  const outcome = await new Promise<string>((resolve) => {
    const receiver = { frame: () => resolve('answered'), failed: (error: Error) => resolve(error.name) }
    vi.spyOn(directory, 'lookup').mockImplementationOnce((...args) => {
      reading.cancel()
      return lookup(...args)
    })
    const reading = router.read(addressed(address, { body, headers: { [header.verb]: 'listen' } }), receiver)
  })
  expect(outcome).toBe('Cancelled')
  await gateway.wire.flush()
  expect(got).toEqual(['w-old listen'])
})

it('of one session no more than the limit are held; the next is told that the session is busy', async () => {
  await member('w-silent')
  await directory.create(address, 'w-silent')
  const asked = Promise.all([ask(), ask(), ask()])
  expect((await asked).sort()).toEqual(['OwnerUnreachable', 'OwnerUnreachable', 'SessionBusy'])
})

describe('a question that finds no owner fails within the time it may be held', () => {
  it('an address that never was is SessionNotFound at once', async () => {
    expect(await ask()).toBe('SessionNotFound')
  })

  it('an owner that is silent, and not declared dead, keeps what it owns: OwnerUnreachable, nobody else is asked', async () => {
    await worker('w-other')
    await member('w-silent')
    await directory.create(address, 'w-silent')
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

function bytes(said: string): Uint8Array {
  return new TextEncoder().encode(said)
}

function text(said: Uint8Array): string {
  return new TextDecoder().decode(said)
}
