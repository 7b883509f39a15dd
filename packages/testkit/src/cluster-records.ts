import {
  addressKey,
  type DirectoryRecord,
  directoryCodec,
  type MemberRecord,
  memberCodec,
  sessionAddress
} from '@scaled-mcp/contracts'
import { connect, type KvEntry, type NatsConnection, RequestStrategy } from 'nats'

/** A directory entry and its revision, which is the owner's epoch. */
export interface DirectoryEntry extends DirectoryRecord {
  readonly epoch: number
}

/** What a bucket holds: records, and tombstones of what it does not hold any more. */
interface Held {
  readonly messages: number
  readonly consumers: number
}

/** How long members may take to say who they are. */
const ANSWERS_MS = 300

/** What a cluster's store says, read as any NATS client can. */
export class ClusterRecords {
  readonly #connection: NatsConnection

  private constructor(connection: NatsConnection) {
    this.#connection = connection
  }

  /** @param nats URL of the NATS that the cluster runs on; may be away for a while later. */
  static async connect(nats: string): Promise<ClusterRecords> {
    const options = { servers: nats, maxReconnectAttempts: -1, reconnectTimeWait: 100 }
    return new ClusterRecords(await connect(options))
  }

  /** The directory entry of a client's session. Rejects when there is none. */
  async entryOf(sessionId: string): Promise<DirectoryEntry> {
    const entry = await this.findEntry(sessionId)
    if (!entry) throw new Error('the directory has no such session')
    return entry
  }

  /** The directory entry of a client's session; undefined once nothing is left of it. */
  async findEntry(sessionId: string): Promise<DirectoryEntry | undefined> {
    const entry = await this.#read('MCP_DIR', addressKey(sessionAddress(sessionId)))
    return entry && { ...directoryCodec.decode(entry.value), epoch: entry.revision }
  }

  /** The record of a member, by its id. Rejects when there is none. */
  async memberOf(id: string): Promise<MemberRecord> {
    const entry = await this.#read('MCP_MEMBERS', id)
    if (!entry) throw new Error(`there is no member ${id}`)
    return memberCodec.decode(entry.value)
  }

  /** The ids of the members of a role that answer now. */
  async living(role: 'worker' | 'gateway'): Promise<readonly string[]> {
    const ids: string[] = []
    const waiting = { maxWait: ANSWERS_MS, strategy: RequestStrategy.Timer }
    for await (const answer of await this.#connection.requestMany(`$SRV.INFO.scaled-mcp-${role}`, '', waiting)) {
      const { metadata } = answer.json<{ readonly metadata: Readonly<Record<string, string>> }>()
      ids.push(metadata['id'] as string)
    }
    return ids
  }

  /** What a stream holds, by its name: `KV_MCP_DIR`. */
  async heldBy(stream: string): Promise<Held> {
    const { state } = await (await this.#connection.jetstreamManager()).streams.info(stream)
    return { messages: state.messages, consumers: state.consumer_count }
  }

  close(): Promise<void> {
    return this.#connection.close()
  }

  /** A tombstone is an entry without a value. */
  async #read(bucket: string, key: string): Promise<KvEntry | undefined> {
    const entry = await (await this.#connection.jetstream().views.kv(bucket)).get(key)
    return entry?.operation === 'PUT' ? entry : undefined
  }
}
