import { VirtualClock } from '@scaled-mcp/actor'
import { mintSessionId, Subjects, sessionAddress } from '@scaled-mcp/contracts'
import { MemoryBroker } from '@scaled-mcp/mesh'
import { beforeEach, describe, expect, it } from 'vitest'
import { Directory } from '../src/index.ts'

let directory: Directory
const address = sessionAddress(mintSessionId())

beforeEach(() => {
  const mesh = new MemoryBroker().connect({ process: 'w-0000-000001', subjects: new Subjects() })
  directory = new Directory({ entries: mesh.records.directory, clock: new VirtualClock() })
})

async function created(): Promise<number> {
  const opened = await directory.create(address, 'w-a')
  if (opened.outcome !== 'owned') throw new Error(opened.outcome)
  return opened.epoch
}

describe('who owns an address', () => {
  it('of two workers that create it at once exactly one owns it, and the other learns who', async () => {
    const both = await Promise.all([directory.create(address, 'w-a'), directory.create(address, 'w-b')])
    expect(both.map(({ outcome }) => outcome).sort()).toEqual(['not-owner', 'owned'])
    const owner = (await directory.lookup(address))?.record.owner
    expect(both.find(({ outcome }) => outcome === 'not-owner')).toMatchObject({ owner })
  })

  it('an entry that its owner has not released is never claimed by another (D2)', async () => {
    const epoch = await created()
    expect(await directory.open(address, 'w-b')).toEqual({ outcome: 'not-owner', owner: 'w-a', epoch })
    expect(await directory.open(address, 'w-a')).toEqual({ outcome: 'owned', epoch, isNew: false })
  })

  it('a released entry is opened once, under a higher epoch', async () => {
    const epoch = await created()
    expect(await directory.release(address, epoch)).toBe(true)
    const [first, second] = await Promise.all([directory.open(address, 'w-b'), directory.open(address, 'w-c')])
    expect([first.outcome, second.outcome].sort()).toEqual(['not-owner', 'owned'])
    expect((await directory.lookup(address))?.epoch).toBeGreaterThan(epoch)
  })

  it('an old owner can neither release nor end what is another one’s now', async () => {
    const epoch = await created()
    await directory.release(address, epoch)
    await directory.open(address, 'w-b')
    expect(await directory.release(address, epoch)).toBe(false)
    expect(await directory.end(address, epoch)).toBe(false)
    expect((await directory.lookup(address))?.record).toMatchObject({ owner: 'w-b', was: 'w-a' })
  })

  it('an ended entry is never claimed again (D3)', async () => {
    await directory.end(address, await created())
    expect(await directory.open(address, 'w-b')).toEqual({ outcome: 'ended' })
    expect(await directory.create(address, 'w-b')).toEqual({ outcome: 'ended' })
  })

  it('an address that never was is missing, and opening it makes nothing', async () => {
    expect(await directory.open(address, 'w-a')).toEqual({ outcome: 'missing' })
    expect(await directory.lookup(address)).toBeUndefined()
  })
})
