import type { Clock, Timer } from '@scaled-mcp/actor'
import { type MemberRecord, memberCodec, type Role, ScaledMcpError, WIRE_VERSION } from '@scaled-mcp/contracts'
import type { Bucket } from '@scaled-mcp/mesh'

export interface MembershipComponents {
  readonly members: Bucket
  readonly clock: Clock
  /** Actors hosted (worker) or requests in flight (gateway); read at each heartbeat. */
  readonly load: () => number
  /** The record is another's now: this process was declared dead and must stop acting. */
  readonly lost: () => void
  /** Told of a heartbeat that could not be stored; the next one tries again. */
  readonly missed: (error: unknown) => void
}

export interface MembershipInit {
  readonly id: string
  readonly role: Role
  readonly host: string
  readonly pid: number
  readonly build: string
  /** Milliseconds between heartbeats. Default 1,000. */
  readonly heartbeatMs?: number
}

/**
 * This process's own member record.
 *
 * M1  The record exists before the process owns anything, and says `dead` after it has given everything up.
 * M2  Each heartbeat is a compare-and-set on the one before: a process that was declared dead learns it.
 */
export class Membership {
  readonly #components: MembershipComponents
  readonly #init: MembershipInit
  readonly #startedAt: number
  #state: MemberRecord['state'] = 'up'
  #revision = 0
  #beat = 0
  #timer: Timer | undefined
  #writing: Promise<void> = Promise.resolve()

  constructor(components: MembershipComponents, init: MembershipInit) {
    this.#components = components
    this.#init = init
    this.#startedAt = components.clock.wall()
  }

  /** Writes the record and starts the heartbeat. @throws StoreUnavailable when the record cannot be written. */
  async join(): Promise<void> {
    await this.#write()
    if (this.#revision === 0) throw new ScaledMcpError('StoreUnavailable', 'the member record was not written')
    this.#schedule()
  }

  /** Tells the others that this process takes nothing new. */
  async drain(): Promise<void> {
    this.#state = 'draining'
    await this.#enqueue()
  }

  /** Ends the heartbeat and writes `dead`. Call it when nothing is owned any more. */
  async leave(): Promise<void> {
    this.#timer?.cancel()
    this.#timer = undefined
    this.#state = 'dead'
    await this.#enqueue()
  }

  #schedule(): void {
    this.#timer = this.#components.clock.after(this.#init.heartbeatMs ?? 1_000, () => {
      void this.#enqueue().then(() => {
        if (this.#timer) this.#schedule()
      })
    })
  }

  /** One write at a time: each expects the revision of the one before. */
  #enqueue(): Promise<void> {
    this.#writing = this.#writing.then(() => this.#write()).catch((error) => this.#components.missed(error))
    return this.#writing
  }

  async #write(): Promise<void> {
    const put = await this.#components.members.put(this.#init.id, memberCodec.encode(this.#record()), this.#revision)
    if (put.outcome === 'won') this.#revision = put.revision
    else if (put.outcome === 'lost') this.#lost()
    else this.#components.missed(new ScaledMcpError('StoreUnavailable', 'the heartbeat was not acknowledged'))
  }

  #lost(): void {
    this.#timer?.cancel()
    this.#timer = undefined
    this.#components.lost() // M2
  }

  #record(): MemberRecord {
    const { id, role, host, pid, build } = this.#init
    return {
      id,
      role,
      state: this.#state,
      beat: ++this.#beat,
      load: this.#components.load(),
      host,
      pid,
      build,
      wire: { min: WIRE_VERSION, max: WIRE_VERSION },
      startedAt: this.#startedAt,
      beatAt: this.#components.clock.wall(),
      ...(this.#state === 'dead' ? { by: id } : {})
    }
  }
}
