/**
 * Watches every write as the store applies it: what no process can see, and none can deny.
 */
import {
  type DirectoryRecord,
  directoryCodec,
  type Headers,
  type MemberRecord,
  memberCodec,
  type SessionRecord,
  sessionCodec
} from '@scaled-mcp/contracts'
import { EventReferee } from './event-referee.ts'
import type { Rule } from './violation.ts'

/** A message as the store keeps it. */
export interface Stored {
  readonly subject: string
  readonly headers?: Headers | undefined
  readonly body: Uint8Array
  readonly sequence: number
}

export interface StoreRefereeComponents {
  readonly violated: (rule: Rule, detail: string) => void
  /** The process whose request the store does at this moment. */
  readonly writer: () => string | undefined
  readonly now: () => number
  /** Whether `worker` may act as an owner at this moment, by its own lease. */
  readonly holdsLease: (worker: string) => boolean
}

const DIRECTORY = '$KV.MCP_DIR.'
const MEMBERS = '$KV.MCP_MEMBERS.'
const STATE = '$KV.MCP_STATE.'
const EVENTS = 'mcp.out.'

interface Owner {
  readonly record: DirectoryRecord
  readonly epoch: number
}

/** The start of a handler: where, and under which claim. */
export interface Start {
  readonly worker: string
  readonly epoch: number
}

export class StoreReferee {
  readonly events: EventReferee
  readonly #components: StoreRefereeComponents
  readonly #members = new Map<string, MemberRecord['state']>()
  readonly #owners = new Map<string, Owner>()
  /** By session: the highest epoch that wrote its record. */
  readonly #written = new Map<string, number>()
  /** By session: the highest epoch that a handler has started under, and where. */
  readonly #started = new Map<string, Start>()
  readonly #lists = new Map<string, readonly string[]>()
  #takeovers = 0

  constructor(components: StoreRefereeComponents) {
    this.#components = components
    this.events = new EventReferee(components)
  }

  get takeovers(): number {
    return this.#takeovers
  }

  /** Whether the record of `worker` says at this moment that it is dead. */
  isDead(worker: string): boolean {
    return this.#members.get(worker) === 'dead'
  }

  /** The list of a session as it was last stored. */
  listOf(key: string): readonly string[] {
    return this.#lists.get(key) ?? []
  }

  ownerOf(key: string): Owner | undefined {
    return this.#owners.get(key)
  }

  stored(stored: Stored): void {
    const { subject, body, sequence } = stored
    if (subject.startsWith(MEMBERS)) this.#member(memberCodec.decode(body))
    else if (subject.startsWith(EVENTS)) this.events.stored(subject.slice(EVENTS.length), stored)
    else if (body.byteLength === 0) return
    else if (subject.startsWith(DIRECTORY)) {
      this.#entry(subject.slice(DIRECTORY.length), { record: directoryCodec.decode(body), epoch: sequence })
    } else if (subject.startsWith(STATE)) {
      this.#state(subject.slice(STATE.length), sessionCodec.decode(body))
    }
  }

  /** A handler of the session starts. */
  started(key: string, start: Start): void {
    const last = this.#started.get(key) ?? start
    const isLate = start.epoch < last.epoch || (start.epoch === last.epoch && start.worker !== last.worker)
    if (isLate) this.#components.violated('handler-order', `${key}: ${describe(start)} after ${describe(last)}`)
    else this.#started.set(key, start)
  }

  #member({ id, state }: MemberRecord): void {
    if (this.isDead(id) && state !== 'dead') this.#components.violated('risen-again', `${id} is ${state}`)
    this.#members.set(id, state)
  }

  #entry(key: string, owner: Owner): void {
    const before = this.#owners.get(key)
    this.#owners.set(key, owner)
    this.#checkWriter(key, owner.record)
    if (owner.record.why === 'ended') this.events.ended(key)
    if (before?.record.why === 'ended') this.#components.violated('session-revived', `entry ${key} after its end`)
    else if (before && before.record.why !== 'released' && before.record.owner !== owner.record.owner) {
      this.#takeover(key, before.record.owner)
    }
  }

  #takeover(key: string, from: string): void {
    this.#takeovers++
    const { violated, holdsLease } = this.#components
    if (!this.isDead(from)) violated('owner-change', `${key} taken from ${from}, which is ${this.#members.get(from)}`)
    if (holdsLease(from)) violated('takeover-under-lease', `${key} taken from ${from}`)
  }

  #checkWriter(key: string, { owner, why }: DirectoryRecord): void {
    const writer = this.#components.writer()
    if (writer !== owner) this.#components.violated('foreign-write', `${key}: ${why} of ${owner} written by ${writer}`)
  }

  #state(key: string, { epoch, state }: SessionRecord): void {
    this.#lists.set(key, (state?.value ?? []) as readonly string[])
    const written = this.#written.get(key) ?? 0
    const started = this.#started.get(key)?.epoch ?? 0
    if (epoch < written) this.#components.violated('state-epoch', `${key}: ${epoch} after ${written}`)
    if (epoch < started) this.#components.violated('fencing', `${key}: written at ${epoch}, handlers run at ${started}`)
    this.#written.set(key, Math.max(epoch, written))
  }
}

function describe({ worker, epoch }: Start): string {
  return `epoch ${epoch} at ${worker}`
}
