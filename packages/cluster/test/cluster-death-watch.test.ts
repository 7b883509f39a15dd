import { type Termination, VirtualClock } from '@scaled-mcp/actor'
import { type Address, Subjects } from '@scaled-mcp/contracts'
import { MemoryBroker } from '@scaled-mcp/mesh'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { type Claim, ClusterDeathWatch, Directory, type MemberView } from '../src/index.ts'

const address: Address = { tenant: 'default', kind: 'room', id: '1' }

/** Members that die when a test says so. */
class Mortals implements Pick<MemberView, 'isDead' | 'onDeath' | 'seemsDead'> {
  readonly #dead = new Set<string>()
  readonly #mourners = new Set<(id: string) => void>()

  kill(id: string): void {
    this.#dead.add(id)
    for (const mourner of this.#mourners) mourner(id)
  }

  seemsDead(id: string): boolean {
    return this.#dead.has(id)
  }

  async isDead(id: string): Promise<boolean> {
    return this.#dead.has(id)
  }

  onDeath(mourner: (id: string) => void): () => void {
    this.#mourners.add(mourner)
    return () => this.#mourners.delete(mourner)
  }
}

let clock: VirtualClock
let members: Mortals
let directory: Directory
let deathWatch: ClusterDeathWatch
let told: Termination[]

beforeEach(() => {
  clock = new VirtualClock(1_000_000)
  members = new Mortals()
  told = []
  const { directory: entries } = new MemoryBroker().connect({ process: 'w-0', subjects: new Subjects() }).records
  directory = new Directory({ entries, members: members as unknown as MemberView, clock })
  deathWatch = new ClusterDeathWatch({ entries, members, clock, failed: vi.fn() })
})
afterEach(() => deathWatch.stop())

/** Begins a watch, which has seen by then what there is. */
async function watch(): Promise<void> {
  deathWatch.watch(address, (reason) => told.push(reason))
  await settled()
}

/** Whatever the memory mesh still has on its way arrives. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve))
}

async function pass(ms: number): Promise<void> {
  clock.advance(ms)
  await settled()
}

async function takeOver(worker: string): Promise<Claim> {
  const opened = await directory.open(address, worker)
  await settled()
  if (opened.outcome !== 'owned') throw new Error(opened.outcome)
  return opened.claim
}

it('the death of an owner is told at once, and nothing after it', async () => {
  await directory.create(address, 'w-1')
  await watch()
  members.kill('w-1')
  expect(told).toEqual([{ kind: 'lost', worker: 'w-1' }])
  await takeOver('w-2')
  members.kill('w-2')
  expect(told).toHaveLength(1)
})

it('an owner that was dead before the watch began is told of a little later, as nobody has taken over (E3)', async () => {
  await directory.create(address, 'w-1')
  members.kill('w-1')
  await watch()
  expect(told).toEqual([])
  await pass(500)
  expect(told).toEqual([{ kind: 'lost', worker: 'w-1' }])
})

it('whoever watches again what it has lost hears of the next owner, and not of the last one again (E3)', async () => {
  await directory.create(address, 'w-1')
  await watch()
  members.kill('w-1')
  await watch()
  const claim = await takeOver('w-2')
  await pass(10_000)
  expect(told).toEqual([{ kind: 'lost', worker: 'w-1' }])
  await directory.end(address, claim)
  await settled()
  expect(told.slice(1)).toEqual([{ kind: 'stopped' }])
})

it('an owner that dies after it has taken over from one that was dead is told of', async () => {
  await directory.create(address, 'w-1')
  members.kill('w-1')
  await watch()
  await takeOver('w-2')
  members.kill('w-2')
  await pass(10_000)
  expect(told).toEqual([{ kind: 'lost', worker: 'w-2' }])
})
