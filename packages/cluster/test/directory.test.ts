import { VirtualClock } from '@scaled-mcp/actor'
import { mintSessionId, Subjects, sessionAddress } from '@scaled-mcp/contracts'
import { MemoryBroker } from '@scaled-mcp/mesh'
import { beforeEach, describe, expect, it } from 'vitest'
import { type Claim, Directory } from '../src/index.ts'

let directory: Directory
/** Workers whose record says that they are dead. */
let dead: Set<string>
const address = sessionAddress(mintSessionId())

beforeEach(() => {
  const mesh = new MemoryBroker().connect({ process: 'w-0000-000001', subjects: new Subjects() })
  dead = new Set()
  const members = { isDead: async (id: string) => dead.has(id) }
  directory = new Directory({ entries: mesh.records.directory, members, clock: new VirtualClock() })
})

async function created(): Promise<Claim> {
  const opened = await directory.create(address, 'w-a')
  if (opened.outcome !== 'owned') throw new Error(opened.outcome)
  return opened.claim
}

describe('who owns an address', () => {
  it('of two workers that create it at once exactly one owns it, and the other learns who', async () => {
    const both = await Promise.all([directory.create(address, 'w-a'), directory.create(address, 'w-b')])
    expect(both.map(({ outcome }) => outcome).sort()).toEqual(['not-owner', 'owned'])
    const owner = (await directory.lookup(address))?.record.owner
    expect(both.find(({ outcome }) => outcome === 'not-owner')).toMatchObject({ owner })
  })

  it('an entry that its owner has not released is never claimed by another (D2)', async () => {
    const claim = await created()
    expect(await directory.open(address, 'w-b')).toEqual({ outcome: 'not-owner', owner: 'w-a', epoch: claim.epoch })
    expect(await directory.open(address, 'w-a')).toEqual({ outcome: 'owned', claim, isNew: false })
  })

  it('what a dead worker owned is taken over once, under a higher epoch (D2)', async () => {
    const { epoch } = await created()
    dead.add('w-a')
    const [first, second] = await Promise.all([directory.open(address, 'w-b'), directory.open(address, 'w-c')])
    expect([first.outcome, second.outcome].sort()).toEqual(['not-owner', 'owned'])
    const entry = await directory.lookup(address)
    expect(entry?.record).toMatchObject({ why: 'takeover', was: 'w-a' })
    expect(entry?.claim.epoch).toBeGreaterThan(epoch)
  })

  it('a claim with the right epoch and another mark releases nothing (D4)', async () => {
    const claim = await created()
    expect(await directory.release(address, { ...claim, nonce: 'another' })).toBe(false)
    expect((await directory.lookup(address))?.record.why).toBe('new')
  })

  it('a released entry is opened once, under a higher epoch', async () => {
    const claim = await created()
    expect(await directory.release(address, claim)).toBe(true)
    const [first, second] = await Promise.all([directory.open(address, 'w-b'), directory.open(address, 'w-c')])
    expect([first.outcome, second.outcome].sort()).toEqual(['not-owner', 'owned'])
    expect((await directory.lookup(address))?.claim.epoch).toBeGreaterThan(claim.epoch)
  })

  it('an old owner can neither release nor end what is another one’s now', async () => {
    const claim = await created()
    await directory.release(address, claim)
    await directory.open(address, 'w-b')
    expect(await directory.release(address, claim)).toBe(false)
    expect(await directory.end(address, claim)).toBe(false)
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
