import {
  addressKey,
  type DirectoryRecord,
  directoryCodec,
  type MemberRecord,
  memberCodec,
  sessionAddress
} from '@scaled-mcp/contracts'
import { connect, type NatsConnection, RequestStrategy } from 'nats'

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

  /** The directory entry of a client's session. */
  async entryOf(sessionId: string): Promise<DirectoryEntry> {
    const { value, revision } = await this.#read('MCP_DIR', addressKey(sessionAddress(sessionId)))
    return { ...directoryCodec.decode(value), epoch: revision }
  }

  /** The record of a member, by its id. */
  async memberOf(id: string): Promise<MemberRecord> {
    return memberCodec.decode((await this.#read('MCP_MEMBERS', id)).value)
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

  async #read(bucket: string, key: string): Promise<{ readonly value: Uint8Array; readonly revision: number }> {
    const records = await this.#connection.jetstream().views.kv(bucket)
    const entry = await records.get(key)
    if (!entry) throw new Error(`${bucket} has no record ${key}`)
    return entry
  }
}
