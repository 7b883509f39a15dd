/**
 * A member whose heartbeat is kept by a thread with a connection of its own, so that a busy event loop is not taken for
 * a dead process (cluster protocol §3.2).
 *
 * T1  The lease lies in memory that the threads share: who is about to act looks at it, however late messages are.
 * T2  The thread renews only while the main one shows life: one that hangs for longer than the stall limit loses the
 *     lease, and another worker takes over.
 * T3  A thread that has ended renews nothing any more: the lease is lost.
 * T4  The thread does not keep the process alive, and ends with its membership.
 */
import { Worker } from 'node:worker_threads'
import { errorOf, ScaledMcpError } from '@scaled-mcp/contracts'
import { Lease, leaseTimes } from './lease.ts'
import type { KeeperAsk, KeeperConnection, KeeperOrder, KeeperRequest, KeeperWord } from './lease-keeper-thread.ts'
import { LifeSign } from './life-sign.ts'
import type { Member, MemberInit } from './member.ts'
import { processClock } from './process-clock.ts'

export interface LeaseKeeperComponents {
  /** Actors hosted; read about as often as the heartbeat. */
  readonly load: () => number
  /** Told of a heartbeat that could not be stored, and of what goes wrong in the thread. */
  readonly missed: (error: unknown) => void
  /** Whether the main thread can do its work; while it cannot, it shows no life (T2). Default: always. */
  readonly isAble?: () => boolean
}

export interface LeaseKeeperInit extends MemberInit {
  readonly leaseMs: number
  readonly connection: KeeperConnection
  /** How long the main thread may show no life, in milliseconds. Default 10,000. */
  readonly stallMs?: number
  /** What the thread runs. */
  readonly entry?: URL
}

const STALL_MS = 10_000
/** Of the build, also when this file runs as TypeScript: a thread starts with what Node.js itself can read. */
const ENTRY = new URL('../dist/lease-keeper-thread.js', import.meta.url)

interface Waiting {
  readonly resolve: () => void
  readonly reject: (error: Error) => void
}

export class LeaseKeeper implements Member {
  readonly lease: Lease
  readonly lost: Promise<void>
  readonly #components: LeaseKeeperComponents
  readonly #entry: URL
  readonly #order: KeeperOrder
  readonly #life: LifeSign
  readonly #waiting = new Map<number, Waiting>()
  #lose: () => void = () => undefined
  #thread: Worker | undefined
  #pulse: NodeJS.Timeout | undefined
  #lastToken = 0

  constructor(components: LeaseKeeperComponents, init: LeaseKeeperInit) {
    const { leaseMs, connection, stallMs = STALL_MS, entry = ENTRY, ...member } = init
    const leaseMemory = new SharedArrayBuffer(Lease.bytes)
    const lifeMemory = new SharedArrayBuffer(LifeSign.bytes)
    this.#components = components
    this.#entry = entry
    this.#order = { member, times: leaseTimes(leaseMs), connection, stallMs, leaseMemory, lifeMemory }
    this.#life = new LifeSign({ clock: processClock, memory: lifeMemory })
    this.lease = new Lease({ clock: processClock, memory: leaseMemory }, leaseMs) // T1
    this.lost = new Promise((resolve) => {
      this.#lose = resolve
    })
  }

  /** @throws as {@link Member.join} and `connectNatsMesh`. */
  async join(): Promise<void> {
    this.#showLife()
    this.#pulse = setInterval(() => this.#showLife(), this.#order.times.heartbeatMs)
    this.#pulse.unref()
    this.#thread = this.#start()
    try {
      await this.#ask({ verb: 'join' })
    } catch (error) {
      await this.#end()
      throw error
    }
  }

  async drain(): Promise<void> {
    if (this.#thread) await this.#ask({ verb: 'drain' }).catch(this.#components.missed)
  }

  async undrain(): Promise<void> {
    if (this.#thread) await this.#ask({ verb: 'undrain' }).catch(this.#components.missed)
  }

  async offer(kinds: readonly string[]): Promise<void> {
    if (this.#thread) await this.#ask({ verb: 'offer', kinds }).catch(this.#components.missed)
  }

  async returned(): Promise<void> {
    if (this.#thread) await this.#ask({ verb: 'returned' }).catch(this.#components.missed)
  }

  async leave(): Promise<void> {
    if (this.#thread) await this.#ask({ verb: 'leave' }).catch(this.#components.missed)
    await this.#end()
  }

  #start(): Worker {
    const thread = new Worker(this.#entry, { name: 'lease-keeper', workerData: this.#order, execArgv: [] })
    thread.on('message', (word: KeeperWord) => this.#hear(word))
    thread.on('error', this.#components.missed)
    thread.on('exit', () => this.#ended())
    thread.unref() // T4; after the listeners, as a listener holds the process
    return thread
  }

  /** T2 */
  #showLife(): void {
    const { isAble, load } = this.#components
    if (isAble?.() ?? true) this.#life.show(load())
  }

  #ask(request: KeeperRequest): Promise<void> {
    return new Promise((resolve, reject) => {
      const token = ++this.#lastToken
      this.#waiting.set(token, { resolve, reject })
      this.#thread?.postMessage({ token, ...request } satisfies KeeperAsk)
    })
  }

  #hear(word: KeeperWord): void {
    if (word.about === 'lost') this.#lose()
    else if (word.about === 'missed') this.#components.missed(errorOf(word.failure))
    else this.#answered(word)
  }

  #answered({ token, failure }: Extract<KeeperWord, { about: 'answer' }>): void {
    const waiting = this.#waiting.get(token)
    this.#waiting.delete(token)
    if (failure) waiting?.reject(errorOf(failure))
    else waiting?.resolve()
  }

  /** The thread has ended by itself. */
  #ended(): void {
    const isExpected = this.#thread === undefined
    this.#thread = undefined
    clearInterval(this.#pulse)
    for (const { reject } of this.#waiting.values()) reject(new ScaledMcpError('Internal', 'the lease keeper ended'))
    this.#waiting.clear()
    if (isExpected) return
    this.lease.lose() // T3
    this.#lose()
  }

  async #end(): Promise<void> {
    const thread = this.#thread
    this.#thread = undefined
    clearInterval(this.#pulse)
    await thread?.terminate()
  }
}
