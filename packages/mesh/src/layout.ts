/** What a deployment keeps in its store: the one list of buckets and streams, for every implementation. */

export interface BucketSpec {
  /** Suffix of the bucket's name: prefix `mcp` and `DIR` make `MCP_DIR`. */
  readonly name: string
  /** Values kept per key. */
  readonly history: number
  /** Largest value, in bytes. */
  readonly maxValueBytes: number
  /** Token of the subject that stored records are told on, `mcp.<token>.<key>`; undefined: not told. */
  readonly republish?: string
}

export const buckets = {
  members: { name: 'MEMBERS', history: 1, maxValueBytes: 64 * 1024, republish: 'member' },
  directory: { name: 'DIR', history: 5, maxValueBytes: 64 * 1024, republish: 'dir' },
  state: { name: 'STATE', history: 1, maxValueBytes: 256 * 1024 },
  meta: { name: 'META', history: 1, maxValueBytes: 64 * 1024 }
} as const satisfies Record<string, BucketSpec>

/** A bucket's name in a deployment: prefix `mcp` and `DIR` make `MCP_DIR`. */
export function bucketName(prefix: string, { name }: { readonly name: string }): string {
  return `${prefix.toUpperCase()}_${name}`
}

/** The name of the stream behind a bucket. */
export function bucketStream(prefix: string, spec: { readonly name: string }): string {
  return `KV_${bucketName(prefix, spec)}`
}

/** What the subjects of a bucket's records begin with, as every NATS client has it. */
export function recordPrefix(prefix: string, spec: BucketSpec): string {
  return `$KV.${bucketName(prefix, spec)}.`
}

/** What the subjects that stored records are told on begin with; undefined: they are not told. */
export function changePrefix(prefix: string, { republish }: BucketSpec): string | undefined {
  return republish === undefined ? undefined : `${prefix}.${republish}.`
}

/** The event log: what may be replayed to a client, bounded by age, count and bytes. */
export const eventStream = {
  name: 'OUT',
  maxAgeMs: 60 * 60 * 1000,
  maxEventsPerAddress: 1_000,
  maxBytes: 1024 * 1024 * 1024
} as const

/** How safely the store keeps what it acknowledged. */
export interface Durability {
  /** NATS servers that hold each record: 1, 3 or 5. */
  readonly replicas: 1 | 3 | 5
  readonly storage: 'file' | 'memory'
}
