import type { Clock, Timer } from '@scaled-mcp/actor'
import { type MemberRecord, memberCodec, ScaledMcpError, WIRE_VERSION } from '@scaled-mcp/contracts'
import type { Bucket } from '@scaled-mcp/mesh'
import { Lease, type LeaseTimes, type Moment } from './lease.ts'
import type { Member, MemberInit } from './member.ts'

export interface MembershipComponents {
  readonly members: Bucket
  readonly clock: Clock
  /** Actors hosted (worker) or requests in flight (gateway); read at each heartbeat. */
  readonly load: () => number
  /** Told of a heartbeat that could not be stored; the next one tries again. */
  readonly missed: (error: unknown) => void
  /** Default: one of its own. */
  readonly lease?: Lease
  /** Whether the process is able to work; while it is not, nothing is renewed. Default: always. */
  readonly isAlive?: () => boolean
}

export interface MembershipInit extends MemberInit {
  readonly times: LeaseTimes
}

/**
 * This process's own member record, kept up by heartbeats from this thread.
 *
 * M1  The record exists before the process owns anything, and says `dead` after it has given everything up.
 * M2  Each heartbeat is a compare-and-set on the one before: a process that was declared dead learns it, and a stored
 *     heartbeat proves that nobody has declared it so.
 */
export class Membership implements Member {
  readonly lease: Lease
  readonly lost: Promise<void>
  readonly #components: MembershipComponents
  readonly #init: MembershipInit
  readonly #startedAt: number
  #lose: () => void = () => undefined
  #state: MemberRecord['state'] = 'up'
  #revision = 0
  #isSettled = true
  #beat = 0
  #connections = 1
  #kinds: readonly string[]
  #timer: Timer | undefined
  #writing: Promise<void> = Promise.resolve()

  constructor(components: MembershipComponents, init: MembershipInit) {
    const { clock, lease = new Lease({ clock }, init.times.leaseMs) } = components
    this.lease = lease
    this.#components = components
    this.#init = init
    this.#kinds = init.kinds ?? []
    this.#startedAt = Math.floor(clock.wall())
    this.lost = new Promise((resolve) => {
      this.#lose = resolve
    })
  }

  async join(): Promise<void> {
    await this.#write()
    if (!this.lease.isHeld) throw new ScaledMcpError('StoreUnavailable', 'the member record was not written')
    this.#schedule()
  }

  async drain(): Promise<void> {
    this.#state = 'draining'
    await this.#enqueue()
  }

  async undrain(): Promise<void> {
    this.#state = 'up'
    await this.#enqueue()
  }

  async offer(kinds: readonly string[]): Promise<void> {
    this.#kinds = kinds
    if (this.#timer) await this.#enqueue()
  }

  async returned(): Promise<void> {
    this.#connections++
    if (this.#timer) await this.#enqueue()
  }

  async leave(): Promise<void> {
    this.#stop()
    this.lease.suspend()
    if (this.lease.isLost) return
    this.#state = 'dead'
    await this.#enqueue()
  }

  #schedule(): void {
    this.#timer = this.#components.clock.after(this.#init.times.heartbeatMs, () => {
      void this.#beatOnce().then(() => {
        if (this.#timer) this.#schedule()
      })
    })
  }

  async #beatOnce(): Promise<void> {
    if (this.#components.isAlive?.() ?? true) await this.#enqueue()
  }

  /** One write at a time: each expects the revision of the one before. */
  #enqueue(): Promise<void> {
    this.#writing = this.#writing.then(() => this.#write()).catch((error) => this.#components.missed(error))
    return this.#writing
  }

  async #write(): Promise<void> {
    const { clock, members } = this.#components
    const sent = { monotonic: clock.monotonic(), wall: clock.wall() }
    if (!this.#isSettled && !(await this.#settle())) return
    if (this.lease.isLost) return
    const put = await members.put(this.#init.id, memberCodec.encode(this.#record()), this.#revision)
    if (put.outcome === 'won') this.#stored(put.revision, sent)
    else if (put.outcome === 'lost') this.#declaredDead()
    else this.#unsettled()
  }

  #stored(revision: number, sent: Moment): void {
    this.#revision = revision
    if (this.#state !== 'dead') this.lease.renew(sent)
  }

  #unsettled(): void {
    this.#isSettled = false
    this.#components.missed(new ScaledMcpError('StoreUnavailable', 'the heartbeat was not acknowledged'))
  }

  /** After a heartbeat of unknown outcome: what is stored decides. Whether this process is still a member. */
  async #settle(): Promise<boolean> {
    const entry = await this.#components.members.get(this.#init.id)
    const isMine = entry === undefined ? this.#revision === 0 : memberCodec.decode(entry.value).state !== 'dead'
    if (!isMine) this.#declaredDead()
    this.#revision = entry?.revision ?? 0
    this.#isSettled = true
    return isMine
  }

  #declaredDead(): void {
    if (this.#state === 'dead') return // it says so itself, or is about to
    this.#stop()
    this.lease.lose() // M2
    this.#lose()
  }

  #stop(): void {
    this.#timer?.cancel()
    this.#timer = undefined
  }

  #record(): MemberRecord {
    const { id, role, host, pid, build, times } = this.#init
    return {
      id,
      role,
      state: this.#state,
      beat: ++this.#beat,
      load: this.#components.load(),
      host,
      pid,
      build,
      ...(this.#kinds.length > 0 && { kinds: [...this.#kinds] }),
      wire: { min: WIRE_VERSION, max: WIRE_VERSION },
      leaseMs: times.leaseMs,
      connections: this.#connections,
      startedAt: this.#startedAt,
      beatAt: Math.floor(this.#components.clock.wall()),
      ...(this.#state === 'dead' ? { by: id } : {})
    }
  }
}
