/** The thread of a {@link LeaseKeeper}: a connection and a membership, and nothing that could keep it from its heartbeat. */
import { type MessagePort, parentPort, workerData } from 'node:worker_threads'
import { errorHeaders, type Headers, Subjects } from '@scaled-mcp/contracts'
import { connectNatsMesh, type Mesh, type NatsMeshOptions } from '@scaled-mcp/mesh'
import { Lease, type LeaseTimes } from './lease.ts'
import { LifeSign } from './life-sign.ts'
import type { MemberInit } from './member.ts'
import { Membership } from './membership.ts'
import { processClock } from './process-clock.ts'

/** How the thread reaches NATS. */
export interface KeeperConnection extends Pick<NatsMeshOptions, 'servers' | 'credentials'> {
  readonly prefix: string
}

/** What the thread starts with. */
export interface KeeperOrder {
  readonly member: MemberInit
  readonly times: LeaseTimes
  readonly connection: KeeperConnection
  /** How long the main thread may show no life before nothing is renewed any more, in milliseconds. */
  readonly stallMs: number
  readonly leaseMemory: SharedArrayBuffer
  readonly lifeMemory: SharedArrayBuffer
}

/** What the main thread asks for. */
export type KeeperRequest =
  | { readonly verb: 'join' | 'drain' | 'undrain' | 'returned' | 'leave' }
  | { readonly verb: 'offer'; readonly kinds: readonly string[] }

export type KeeperAsk = KeeperRequest & { readonly token: number }

/** What the thread says. Errors travel as the headers that they are written down as between processes. */
export type KeeperWord =
  | { readonly about: 'answer'; readonly token: number; readonly failure?: Headers }
  | { readonly about: 'missed'; readonly failure: Headers }
  | { readonly about: 'lost' }

class KeeperThread {
  readonly #order: KeeperOrder
  readonly #say: (word: KeeperWord) => void
  #mesh: Mesh | undefined
  #membership: Membership | undefined

  constructor(order: KeeperOrder, say: (word: KeeperWord) => void) {
    this.#order = order
    this.#say = say
  }

  async join(): Promise<void> {
    const { member, connection } = this.#order
    this.#mesh = await connectNatsMesh({
      ...connection,
      process: `${member.id}-keeper`,
      subjects: new Subjects(connection.prefix),
      durability: 'provisioned',
      onError: this.#missed
    })
    this.#membership = this.#membershipOn(this.#mesh)
    void this.#membership.lost.then(() => this.#say({ about: 'lost' }))
    await this.#membership.join()
  }

  async drain(): Promise<void> {
    await this.#membership?.drain()
  }

  async undrain(): Promise<void> {
    await this.#membership?.undrain()
  }

  async offer(kinds: readonly string[]): Promise<void> {
    await this.#membership?.offer(kinds)
  }

  async returned(): Promise<void> {
    await this.#membership?.returned()
  }

  async leave(): Promise<void> {
    await this.#membership?.leave()
    await this.#mesh?.stop()
  }

  #membershipOn({ records }: Mesh): Membership {
    const { member, times, stallMs, leaseMemory, lifeMemory } = this.#order
    const clock = processClock
    const life = new LifeSign({ clock, memory: lifeMemory })
    const components = {
      members: records.members,
      clock,
      load: () => life.load,
      missed: this.#missed,
      lease: new Lease({ clock, memory: leaseMemory }, times.leaseMs),
      isAlive: () => life.silentMs < stallMs
    }
    return new Membership(components, { ...member, times })
  }

  readonly #missed = (error: unknown): void => this.#say({ about: 'missed', failure: errorHeaders(error) })
}

const main = parentPort as MessagePort
const say = (word: KeeperWord): void => main.postMessage(word)
const thread = new KeeperThread(workerData as KeeperOrder, say)

function obey(asked: KeeperRequest): Promise<void> {
  return asked.verb === 'offer' ? thread.offer(asked.kinds) : thread[asked.verb]()
}

main.on('message', ({ token, ...asked }: KeeperAsk) => {
  obey(asked).then(
    () => say({ about: 'answer', token }),
    (error) => say({ about: 'answer', token, failure: errorHeaders(error) })
  )
})
