import { type Static, Type } from '@sinclair/typebox'
import { TypeCompiler } from '@sinclair/typebox/compiler'

/**
 * Bucket `MEMBERS`, key = process id: one process of the cluster, rewritten by each heartbeat. From the first release on a
 * new field is optional: who cannot read another's record cannot learn that it is dead.
 */
export const MemberRecord = Type.Object(
  {
    id: Type.String(),
    role: Type.Union([Type.Literal('worker'), Type.Literal('gateway')]),
    state: Type.Union([Type.Literal('up'), Type.Literal('draining'), Type.Literal('dead')]),
    /** Counts heartbeats, from 1. */
    beat: Type.Integer({ minimum: 1 }),
    /** Actors hosted (worker) or requests in flight (gateway). */
    load: Type.Number({ minimum: 0 }),
    host: Type.String(),
    pid: Type.Integer(),
    build: Type.String(),
    /** Versions of our wire protocol that the process speaks; routing never crosses them. */
    wire: Type.Object({ min: Type.Integer(), max: Type.Integer() }),
    /** How long it may act after a heartbeat, in milliseconds; whoever waits for its death waits for this. */
    leaseMs: Type.Number({ minimum: 1 }),
    /** How many times it has connected: what was on its way on an earlier connection is lost. */
    connections: Type.Integer({ minimum: 1 }),
    /** Milliseconds since 1970. */
    startedAt: Type.Integer(),
    beatAt: Type.Integer(),
    /** Kinds of actors that it hosts besides sessions; absent: none. */
    kinds: Type.Optional(Type.Array(Type.String())),
    /** Who wrote `dead`: the process itself, or the id of another. */
    by: Type.Optional(Type.String())
  },
  { additionalProperties: true }
)
export type MemberRecord = Readonly<Static<typeof MemberRecord>>

/** Bucket `DIR`, key = address: who owns the actor. The entry's revision is the owner's epoch. */
export const DirectoryRecord = Type.Object(
  {
    /** Worker id; of a released or ended entry, the last owner. */
    owner: Type.String(),
    /** The owner before this one. */
    was: Type.Optional(Type.String()),
    why: Type.Union([Type.Literal('new'), Type.Literal('takeover'), Type.Literal('released'), Type.Literal('ended')]),
    /** Digest of the principal the session belongs to; absent without authentication. */
    principal: Type.Optional(Type.String()),
    /** Of an ended entry: what its actor failed with; absent: it was told to end. */
    failure: Type.Optional(Type.String()),
    /** Milliseconds since 1970. */
    at: Type.Integer()
  },
  { additionalProperties: true }
)
export type DirectoryRecord = Readonly<Static<typeof DirectoryRecord>>

/** Bucket `STATE`, key = address: what another worker needs to rebuild the session. */
export const SessionRecord = Type.Object(
  {
    /** Of the owner that wrote it. */
    epoch: Type.Integer({ minimum: 1 }),
    /** The nonce of that owner's claim, should the store ever count an epoch twice. */
    claim: Type.String(),
    /** `params` of the client's `initialize`, as they came. */
    initialize: Type.Record(Type.String(), Type.Unknown()),
    /** The negotiated MCP revision. */
    revision: Type.String(),
    /** `sse`: the transport of 2024-11-05, where everything goes to one stream; absent: Streamable HTTP. */
    transport: Type.Optional(Type.Literal('sse')),
    logLevel: Type.Optional(Type.String()),
    /** URIs of `resources/subscribe` in force. */
    subscriptions: Type.Array(Type.String()),
    /** What the author's `onSnapshot` gave when the session last left a worker on purpose. */
    snapshot: Type.Optional(Type.Unknown()),
    /** The server author's state: its schema version and value; absent when the server declares none. */
    state: Type.Optional(Type.Object({ version: Type.Integer({ minimum: 1 }), value: Type.Unknown() }))
  },
  { additionalProperties: true }
)
export type SessionRecord = Readonly<Static<typeof SessionRecord>>

/** Bucket `STATE`, key = address: the durable state of an actor of the author's own. */
export const ActorRecord = Type.Object(
  {
    /** Of the owner that wrote it. */
    epoch: Type.Integer({ minimum: 1 }),
    /** The nonce of that owner's claim. */
    claim: Type.String(),
    /** The author's schema version and value; absent until the first update. */
    state: Type.Optional(Type.Object({ version: Type.Integer({ minimum: 1 }), value: Type.Unknown() }))
  },
  { additionalProperties: true }
)
export type ActorRecord = Readonly<Static<typeof ActorRecord>>

/** Our wire protocol's version, for {@link MemberRecord}. */
export const WIRE_VERSION = 1

/** Encodes and checks one record type; made once by {@link recordCodec}. */
export interface RecordCodec<T> {
  encode(record: T): Uint8Array
  /** @throws TypeError naming the first field that is wrong. */
  decode(bytes: Uint8Array): T
}

const text = new TextDecoder()
const bytes = new TextEncoder()

function recordCodec<T>(
  schema: typeof MemberRecord | typeof DirectoryRecord | typeof SessionRecord | typeof ActorRecord,
  name: string
): RecordCodec<T> {
  const check = TypeCompiler.Compile(schema)
  return {
    encode: (record) => bytes.encode(JSON.stringify(record)),
    decode(data) {
      const value: unknown = JSON.parse(text.decode(data))
      if (check.Check(value)) return value as T
      const first = check.Errors(value).First()
      throw new TypeError(`${name} record: ${first?.path || '/'} ${first?.message ?? 'is not valid'}`)
    }
  }
}

export const memberCodec: RecordCodec<MemberRecord> = recordCodec(MemberRecord, 'member')
export const directoryCodec: RecordCodec<DirectoryRecord> = recordCodec(DirectoryRecord, 'directory')
export const sessionCodec: RecordCodec<SessionRecord> = recordCodec(SessionRecord, 'session')
export const actorCodec: RecordCodec<ActorRecord> = recordCodec(ActorRecord, 'actor')
