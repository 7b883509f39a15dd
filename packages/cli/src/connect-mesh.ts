import { readFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import type { KeeperConnection } from '@scaled-mcp/cluster'
import { mintProcessId, type Role, Subjects } from '@scaled-mcp/contracts'
import { type Config, ConfigError, type Logger } from '@scaled-mcp/host'
import { type Clock, connectNatsMesh, type Mesh } from '@scaled-mcp/mesh'

/** A connection to the cluster and what its subjects are called. */
export interface Connected {
  readonly mesh: Mesh
  readonly subjects: Subjects
  /** How long a worker may act after its last heartbeat, in milliseconds. */
  readonly leaseMs: number
  /** For further connections of this process; undefined where the cluster is this process alone. */
  readonly nats?: KeeperConnection
  /** Default: the machine's time. */
  readonly clock?: Clock
}

/** Connects a process of `role` to NATS as configured, under an id of its own. @throws MeshUnreachable, StoreUnsafe. */
export async function connectMesh(config: Config, role: Role, logger: Logger): Promise<Connected> {
  const { replicas, storage, prefix } = config.nats
  const subjects = new Subjects(prefix)
  const process = mintProcessId(role, hostname())
  const nats = await natsConnectionOf(config)
  const onError = (error: unknown) => logger.warn({ err: error }, 'error on the mesh')
  const mesh = await connectNatsMesh({ ...nats, process, subjects, durability: { replicas, storage }, onError })
  logger.info({ ...mesh.facts, process }, 'connected to NATS')
  return { mesh, subjects, leaseMs: config.cluster.leaseMs, nats }
}

/** How to reach NATS, as configured. @throws ConfigError when a file with a secret cannot be read. */
export async function natsConnectionOf({ nats }: Config): Promise<KeeperConnection> {
  const { servers, prefix, user, password, token, credentialsFile, nkeySeedFile } = nats
  const credentials = {
    user,
    password,
    token,
    credentialsFile: credentialsFile && (await secretIn(credentialsFile, 'nats.credentialsFile')),
    nkeySeed: nkeySeedFile && (await secretIn(nkeySeedFile, 'nats.nkeySeedFile')).trim()
  }
  return { servers, prefix, credentials }
}

async function secretIn(path: string, setting: string): Promise<string> {
  try {
    return await readFile(path, 'utf8')
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException
    throw new ConfigError([`${setting}: ${path} cannot be read (${code})`], { cause })
  }
}
