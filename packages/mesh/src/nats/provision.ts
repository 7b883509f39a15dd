/**
 * Makes what a deployment keeps in JetStream. Done by every process at its start, in any order, as often as it likes:
 * what is there with other settings stays as it is and is reported, but for the safe ones, which are brought up to date.
 */
import { ScaledMcpError } from '@scaled-mcp/contracts'
import type { Clock } from '../clock.ts'
import {
  type BucketSpec,
  bucketName,
  bucketStream,
  buckets,
  changePrefix,
  type Durability,
  eventStream,
  recordPrefix
} from '../layout.ts'
import { retrying } from '../retrying.ts'
import { type JetStream, refusal, refusalOf } from './jet-stream.ts'

const NANOS_PER_MS = 1_000_000
/** Long enough for every retry of a write to be recognised, short because each id is held in the server's memory. */
const DUPLICATE_WINDOW_MS = 15_000
/** Room beside a value for our headers and the server's. */
const HEADER_BYTES = 4 * 1024

interface StreamConfig {
  readonly name: string
  readonly subjects: readonly string[]
  readonly storage: 'file' | 'memory'
  readonly num_replicas: number
  readonly max_msgs_per_subject: number
  readonly max_msg_size: number
  readonly max_bytes: number
  readonly max_age: number
  readonly duplicate_window: number
  readonly discard: 'old' | 'new'
  readonly allow_direct: boolean
  readonly allow_rollup_hdrs: boolean
  readonly deny_delete: boolean
  readonly republish?: { readonly src: string; readonly dest: string }
}

/** What may be changed under a running deployment. */
const SAFE = ['max_msg_size', 'max_bytes', 'max_age', 'duplicate_window'] as const
/** What may not, and is reported. */
const KEPT = ['storage', 'num_replicas', 'max_msgs_per_subject'] as const

export interface ProvisionComponents {
  readonly jetStream: JetStream
  readonly clock: Clock
}

export interface ProvisionInit {
  readonly prefix: string
  readonly durability: Durability
}

export interface Provisioned {
  /** Of the weakest stream, as it is, not as it was asked for. */
  readonly storage: string
  readonly replicas: number
  readonly duplicateWindowMs: number
  /** Settings that are not as asked for; empty when all are. */
  readonly differences: readonly string[]
}

/**
 * @throws StoreUnavailable when JetStream is off or out of resources.
 * @throws ConfigInvalid when another deployment's buckets have these names, or the account may not do this.
 */
export async function provision({ jetStream, clock }: ProvisionComponents, init: ProvisionInit): Promise<Provisioned> {
  const wanted = [...Object.values(buckets).map((spec: BucketSpec) => bucketConfig(spec, init)), eventConfig(init)]
  const differences: string[] = []
  const inForce: StreamConfig[] = []
  for (const config of wanted) {
    const found = await retrying(clock, () => ensure(jetStream, config))
    for (const name of KEPT) {
      if (found[name] === config[name]) continue
      differences.push(`${config.name}: ${name} is ${found[name]}, not ${config[name]}`)
    }
    inForce.push(found)
  }
  return { ...weakest(inForce), differences }
}

function weakest(configs: readonly StreamConfig[]): Omit<Provisioned, 'differences'> {
  return {
    storage: configs.some(({ storage }) => storage === 'memory') ? 'memory' : 'file',
    replicas: Math.min(...configs.map(({ num_replicas }) => num_replicas)),
    duplicateWindowMs: Math.min(...configs.map(({ duplicate_window }) => duplicate_window)) / NANOS_PER_MS
  }
}

async function ensure(jetStream: JetStream, config: StreamConfig): Promise<StreamConfig> {
  const found = await find(jetStream, config.name)
  if (found === undefined) return write(jetStream, 'CREATE', config)
  if (found.republish?.dest !== config.republish?.dest) {
    throw new ScaledMcpError('ConfigInvalid', `${config.name} belongs to a deployment with another prefix`)
  }
  const update = { ...found, ...Object.fromEntries(SAFE.map((name) => [name, config[name]])) }
  return SAFE.some((name) => found[name] !== config[name]) ? write(jetStream, 'UPDATE', update) : found
}

async function find(jetStream: JetStream, name: string): Promise<StreamConfig | undefined> {
  try {
    return (await jetStream.call<{ readonly config: StreamConfig }>(`STREAM.INFO.${name}`, {})).config
  } catch (error) {
    if (refusalOf(error) === refusal.streamNotFound) return undefined
    throw error
  }
}

async function write(jetStream: JetStream, verb: 'CREATE' | 'UPDATE', config: StreamConfig): Promise<StreamConfig> {
  return (await jetStream.change<{ readonly config: StreamConfig }>(`STREAM.${verb}.${config.name}`, config)).config
}

function bucketConfig(spec: BucketSpec, { prefix, durability }: ProvisionInit): StreamConfig {
  const subjects = `${recordPrefix(prefix, spec)}>`
  const changes = changePrefix(prefix, spec)
  return {
    ...kept(durability),
    name: bucketStream(prefix, spec),
    subjects: [subjects],
    max_msgs_per_subject: spec.history,
    max_msg_size: spec.maxValueBytes + HEADER_BYTES,
    max_bytes: -1,
    max_age: 0,
    discard: 'new',
    allow_rollup_hdrs: true,
    deny_delete: true,
    ...(changes && { republish: { src: subjects, dest: `${changes}>` } })
  }
}

function eventConfig({ prefix, durability }: ProvisionInit): StreamConfig {
  return {
    ...kept(durability),
    name: bucketName(prefix, eventStream),
    subjects: [`${prefix}.out.>`],
    max_msgs_per_subject: eventStream.maxEventsPerAddress,
    max_msg_size: -1,
    max_bytes: eventStream.maxBytes,
    max_age: eventStream.maxAgeMs * NANOS_PER_MS,
    discard: 'old',
    allow_rollup_hdrs: false,
    deny_delete: false
  }
}

function kept({
  replicas,
  storage
}: Durability): Pick<StreamConfig, 'storage' | 'num_replicas' | 'duplicate_window' | 'allow_direct'> {
  const duplicate_window = DUPLICATE_WINDOW_MS * NANOS_PER_MS
  return { storage, num_replicas: replicas, duplicate_window, allow_direct: true }
}
