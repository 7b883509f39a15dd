import { randomBytes } from 'node:crypto'
import { Directory, leaseTimes, MemberView, type Ownership, RouteCache, Router } from '@scaled-mcp/cluster'
import {
  type Address,
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

/** A session as the directory has it. */
export interface ListedSession extends Ownership {
  /** What operators call it: the id of its address, of which its client knows nothing. */
  readonly id: string
}

/** A session with what is stored of it. */
export interface ShownSession extends ListedSession {
  readonly stored: SessionRecord | undefined
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
  async sessions(): Promise<readonly ListedSession[]> {
    const sessions = new Map<string, ListedSession>()
    await this.#directory.all(({ kind, id }, ownership) => {
      if (kind === SESSION_KIND && ownership.record.why !== 'ended') sessions.set(id, { ...ownership, id })
    })
    return [...sessions.values()].sort((a, b) => b.record.at - a.record.at)
  }

  /** @throws SessionNotFound. */
  async session(id: string): Promise<ShownSession> {
    const address = addressOf(id)
    const found = await this.#directory.lookup(address)
    if (!found) throw new ScaledMcpError('SessionNotFound', id)
    const entry = await this.#mesh.records.state.get(addressKey(address))
    return { ...found, id, stored: entry && sessionCodec.decode(entry.value) }
  }

  /** Ends a session, whoever owns it. @throws SessionNotFound, NoWorker. */
  async end(id: string): Promise<void> {
    await this.session(id)
    await this.#members.start()
    const { wire } = this.#mesh
    const members = { members: this.#members, directory: this.#directory }
    const components = { wire, subjects: this.#subjects, ...members, cache: new RouteCache(), clock: systemClock }
    const router = new Router({ ...components, random: Math.random })
    const address = addressOf(id)
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

function addressOf(id: string): Address {
  return { tenant: DEFAULT_TENANT, kind: SESSION_KIND, id }
}

function warn(text: string): void {
  process.stderr.write(`scaled-mcp: ${text}\n`)
}
