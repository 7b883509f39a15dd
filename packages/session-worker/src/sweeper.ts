/**
 * Ends sessions that nobody comes back for, and removes from the store what is over (cluster protocol §3.9).
 *
 * W1  The lowest id of the workers that are up sweeps. Two at once do no harm: what changes changes by compare-and-set,
 *     and what is removed is final.
 * W2  What nobody owns for `idleMs` ends, but for actors of the author's own that have a durable state. What belonged to an
 *     owner that has died is given up first, and its time begins then.
 * W3  What is left of an ended session is removed after `keptMs`: until then whoever believes to own it is refused by it.
 * W4  The record of a dead member goes when nothing is owned by it any more, and nobody still waits for that word. Its
 *     tombstone stays: should the member wake from a long sleep, it learns by that alone that it is dead.
 * W5  It takes its time, and ends at once when the lease does.
 */
import type { Clock, Timer } from '@scaled-mcp/actor'
import type { Directory, Lease, MemberView, Ownership } from '@scaled-mcp/cluster'
import { type Address, addressKey } from '@scaled-mcp/contracts'
import { type Bucket, pause } from '@scaled-mcp/mesh'
import type { Logger } from '@scaled-mcp/server'
import type { Claims } from './claims.ts'
import type { Intake } from './intake.ts'

export interface SweeperComponents {
  readonly directory: Directory
  readonly members: MemberView
  readonly memberRecords: Bucket
  readonly claims: Claims
  readonly lease: Lease
  readonly clock: Clock
  readonly logger: Logger
  /** Whether an actor of this kind stays although nobody uses it. */
  readonly keeps: (kind: string) => boolean
  /** As `Intake` has it. */
  readonly exclusively: Intake['exclusively']
}

export interface SweeperInit {
  /** Id of this worker. */
  readonly self: string
  /** From one sweep to the next, in milliseconds. */
  readonly everyMs: number
  /** How long a session may be without an owner, in milliseconds. */
  readonly idleMs: number
  /** How long what is left of an ended session is kept, in milliseconds. */
  readonly keptMs: number
}

/** What a sweep did. */
export interface Swept {
  readonly ended: number
  readonly givenUp: number
  readonly removed: number
  readonly members: number
}

/** How long the word that a member is dead is kept, at least, in milliseconds. */
const DEAD_KEPT_MS = 600_000
/** Changes in a row, and the pause after them: some 500 a second at the most (W5). */
const BATCH = 50
const PAUSE_MS = 100

type Work = 'ended' | 'givenUp' | 'removed'

interface Due {
  readonly work: Work
  readonly address: Address
  readonly ownership: Ownership
}

export class Sweeper {
  readonly #components: SweeperComponents
  readonly #init: SweeperInit
  #timer: Timer | undefined
  #isStopped = false

  constructor(components: SweeperComponents, init: SweeperInit) {
    this.#components = components
    this.#init = init
  }

  start(): void {
    const { clock, logger } = this.#components
    this.#timer = clock.after(this.#init.everyMs, () => {
      const failed = (error: unknown) => logger.warn({ err: error }, 'a sweep was not finished')
      void this.sweep()
        .catch(failed)
        .then(() => {
          if (!this.#isStopped) this.start()
        })
    })
  }

  stop(): void {
    this.#isStopped = true
    this.#timer?.cancel()
  }

  /** Sweeps once, when it is this worker's turn. Rejects with `StoreUnavailable`. */
  async sweep(): Promise<Swept> {
    const swept = { ended: 0, givenUp: 0, removed: 0, members: 0 }
    if (!this.#isMyTurn()) return swept
    const { due, owners } = await this.#find()
    for (const [i, each] of due.entries()) {
      if (i % BATCH === BATCH - 1) await pause(this.#components.clock, PAUSE_MS)
      if (!this.#mayGoOn()) break
      if (await this.#do(each)) swept[each.work]++
    }
    swept.members = await this.#forgetMembers(owners)
    if (Object.values(swept).some((count) => count > 0)) this.#components.logger.info(swept, 'swept')
    return swept
  }

  /** W1 */
  #isMyTurn(): boolean {
    const ids = this.#components.members.up('worker').map(({ id }) => id)
    return this.#mayGoOn() && ids.includes(this.#init.self) && ids.every((id) => id >= this.#init.self)
  }

  #mayGoOn(): boolean {
    return !this.#isStopped && this.#components.lease.isHeld // W5
  }

  async #find(): Promise<{ readonly due: readonly Due[]; readonly owners: ReadonlySet<string> }> {
    const due: Due[] = []
    const owners = new Set<string>()
    await this.#components.directory.all((address, ownership) => {
      const { owner, why } = ownership.record
      if (why === 'new' || why === 'takeover') owners.add(owner)
      const work = this.#workFor(address, ownership)
      if (work) due.push({ work, address, ownership })
    })
    return { due, owners }
  }

  #workFor({ kind }: Address, { record: { why, owner, at } }: Ownership): Work | undefined {
    const ageMs = this.#components.clock.wall() - at
    if (why === 'ended') return ageMs > this.#init.keptMs ? 'removed' : undefined
    if (why === 'released') return ageMs > this.#init.idleMs && !this.#components.keeps(kind) ? 'ended' : undefined
    return this.#components.members.seemsDead(owner) ? 'givenUp' : undefined
  }

  /** Whether there was something to do still. One that fails is left for the next sweep. */
  async #do({ work, address, ownership }: Due): Promise<boolean> {
    const { exclusively, logger } = this.#components
    const key = addressKey(address)
    try {
      return (await exclusively(key, () => this.#change(work, address, ownership))) ?? false
    } catch (error) {
      logger.warn({ err: error, address: key }, `not ${work}`)
      return false
    }
  }

  async #change(work: Work, address: Address, { claim }: Ownership): Promise<boolean> {
    const { claims } = this.#components
    if (work === 'givenUp') return this.#giveUp(address)
    if (work === 'ended') {
      const isEnded = await claims.end({ address, claim })
      if (isEnded) await claims.forgetEvents(address)
      return isEnded
    }
    await claims.forget(address) // W3
    return true
  }

  /** W2 */
  async #giveUp(address: Address): Promise<boolean> {
    const { directory } = this.#components
    const opened = await directory.open(address, this.#init.self)
    return opened.outcome === 'owned' && directory.release(address, opened.claim)
  }

  /** W4 */
  async #forgetMembers(owners: ReadonlySet<string>): Promise<number> {
    const { members, memberRecords, clock } = this.#components
    let forgotten = 0
    for (const { record, revision } of members.all()) {
      const isOver = record.state === 'dead' && clock.wall() - record.beatAt > Math.min(DEAD_KEPT_MS, this.#init.keptMs)
      if (!isOver || owners.has(record.id) || !this.#mayGoOn()) continue
      if ((await memberRecords.tombstone(record.id, revision)).outcome === 'won') forgotten++
    }
    return forgotten
  }
}
