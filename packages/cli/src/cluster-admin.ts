import { randomBytes } from 'node:crypto'
import { ActorError } from '@scaled-mcp/actor'
import {
  actorAddress,
  Directory,
  leaseTimes,
  MemberView,
  type Ownership,
  RouteCache,
  Router
} from '@scaled-mcp/cluster'
import {
  type ActorRecord,
  type Address,
  actorCodec,
  addressKey,
  DEFAULT_TENANT,
  hasCode,
  header,
  type MemberRecord,
  memberCodec,
  ScaledMcpError,
  SESSION_KIND,
  type SessionRecord,
  Subjects,
  sessionCodec
} from '@scaled-mcp/contracts'
import type { Config } from '@scaled-mcp/host'
import { connectNatsMesh, type Mesh, systemClock } from '@scaled-mcp/mesh'
import { natsConnectionOf } from './connect-mesh.ts'

/** An actor as the directory has it: a session, or one of the author's own. */
export interface ListedActor extends Ownership {
  /** Of a session it is not the id that its client holds. */
  readonly address: Address
}

/** A session with what is stored of it. */
export interface ShownSession extends ListedActor {
  readonly stored: SessionRecord | undefined
}

/** An actor of the author's own with what is stored of it. */
export interface ShownActor extends ListedActor {
  readonly stored: ActorRecord | undefined
}

const NOTHING = new Uint8Array()
/** Longest that a worker takes to hand over what it has, in milliseconds. */
const DRAIN_MS = 60_000

/** Sees and steers a running cluster, for the length of one command. Needs no process of ours but NATS to look. */
export class ClusterAdmin {
  readonly #mesh: Mesh
  readonly #subjects: Subjects
  readonly #members: MemberView
  readonly #directory: Directory

  private constructor(mesh: Mesh, subjects: Subjects, leaseMs: number) {
    this.#mesh = mesh
    this.#subjects = subjects
    const { members, directory } = mesh.records
    const unreadable = (key: string, error: unknown) => warn(`the record of member ${key} is not readable: ${error}`)
    const { observeMs } = leaseTimes(leaseMs)
    this.#members = new MemberView({ members, clock: systemClock, unreadable }, { freshMs: observeMs })
    this.#directory = new Directory({ entries: directory, members: this.#members, clock: systemClock })
  }

  /** Connects to a cluster that exists. @throws MeshUnreachable, StoreUnavailable. */
  static async connect(config: Config): Promise<ClusterAdmin> {
    const nats = await natsConnectionOf(config)
    const subjects = new Subjects(nats.prefix)
    const process = `admin-${randomBytes(5).toString('hex')}`
    const onError = (error: Error) => warn(error.message)
    const mesh = await connectNatsMesh({ ...nats, process, subjects, durability: 'provisioned', onError })
    return new ClusterAdmin(mesh, subjects, config.cluster.leaseMs)
  }

  /** The workers that are not dead, by their id. */
  async workers(): Promise<readonly MemberRecord[]> {
    const records: MemberRecord[] = []
    await this.#mesh.records.members.all(({ value }) => records.push(memberCodec.decode(value)))
    return records
      .filter(({ role, state }) => role === 'worker' && state !== 'dead')
      .sort((a, b) => a.id.localeCompare(b.id))
  }

  /** The sessions that have not ended, the latest change first. */
  sessions(): Promise<readonly ListedActor[]> {
    return this.#living(({ kind }) => kind === SESSION_KIND)
  }

  /** The actors of the author's own that have not ended, the latest change first. */
  actors(): Promise<readonly ListedActor[]> {
    return this.#living(({ kind }) => kind !== SESSION_KIND)
  }

  /** @throws SessionNotFound. */
  async session(id: string): Promise<ShownSession> {
    const found = await this.#find({ tenant: DEFAULT_TENANT, kind: SESSION_KIND, id })
    if (!found) throw new ScaledMcpError('SessionNotFound', id)
    return { ...found, stored: found.value && sessionCodec.decode(found.value) }
  }

  /** @throws ActorError `ActorNotFound`. */
  async actor(name: string): Promise<ShownActor> {
    const found = await this.#find(actorAddress(name))
    if (!found) throw new ActorError('ActorNotFound', name)
    return { ...found, stored: found.value && actorCodec.decode(found.value) }
  }

  /** Ends a session, whoever owns it. @throws SessionNotFound, NoWorker. */
  async endSession(id: string): Promise<void> {
    const { address } = await this.session(id)
    await this.#end(address)
  }

  /** Ends an actor of the author's own, and its state with it. @throws ActorError `ActorNotFound`. @throws NoWorker. */
  async endActor(name: string): Promise<void> {
    const { address } = await this.actor(name)
    await this.#end(address)
  }

  async #living(isWanted: (address: Address) => boolean): Promise<readonly ListedActor[]> {
    const living = new Map<string, ListedActor>()
    await this.#directory.all((address, ownership) => {
      if (isWanted(address) && ownership.record.why !== 'ended')
        living.set(addressKey(address), { ...ownership, address })
    })
    return [...living.values()].sort((a, b) => b.record.at - a.record.at)
  }

  async #find(address: Address) {
    const found = await this.#directory.lookup(address)
    const entry = found && (await this.#mesh.records.state.get(addressKey(address)))
    return found && { ...found, address, value: entry?.value }
  }

  async #end(address: Address): Promise<void> {
    await this.#members.start()
    const { wire } = this.#mesh
    const members = { members: this.#members, directory: this.#directory }
    const components = { wire, subjects: this.#subjects, ...members, cache: new RouteCache(), clock: systemClock }
    const router = new Router({ ...components, random: Math.random })
    const message = { address, key: addressKey(address), body: NOTHING, headers: { [header.verb]: 'end' } }
    try {
      await new Promise<void>((resolve, reject) => {
        router.ask(message, { frame: () => resolve(), failed: reject })
      })
    } finally {
      router.stop()
      this.#members.stop()
    }
  }

  /** Has a worker hand over its sessions and take none; resolves when it has none. @throws OwnerUnreachable. */
  drain(worker: string): Promise<void> {
    return this.#order(worker, 'drain')
  }

  /** Has a drained worker take sessions again. @throws OwnerUnreachable. */
  undrain(worker: string): Promise<void> {
    return this.#order(worker, 'undrain')
  }

  async stop(): Promise<void> {
    await this.#mesh.stop()
  }

  async #order(worker: string, order: 'drain' | 'undrain'): Promise<void> {
    const subject = this.#subjects.control('worker', worker, order)
    await this.#mesh.wire.ask(subject, { body: NOTHING }, { timeoutMs: DRAIN_MS }).catch((error) => {
      if (!hasCode(error, 'NoResponders')) throw error
      throw new ScaledMcpError('OwnerUnreachable', `no worker ${worker} is there`, { cause: error })
    })
  }
}

function warn(text: string): void {
  process.stderr.write(`scaled-mcp: ${text}\n`)
}
