import { readFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { mintProcessId, type Role, Subjects } from '@scaled-mcp/contracts'
import type { Config, Logger } from '@scaled-mcp/host'
import { connectNatsMesh, type Mesh } from '@scaled-mcp/mesh'

/** A connection to the cluster and what its subjects are called. */
export interface Connected {
  readonly mesh: Mesh
  readonly subjects: Subjects
}

/** Connects a process of `role` to NATS as configured. @throws MeshUnreachable, StoreUnsafe. */
export async function connectMesh(config: Config, role: Role, logger: Logger): Promise<Connected> {
  const { servers, prefix, replicas, storage } = config.nats
  const subjects = new Subjects(prefix)
  const process = mintProcessId(role, hostname())
  const onError = (error: unknown) => logger.warn({ err: error }, 'error on the mesh')
  const credentials = await credentialsOf(config)
  const mesh = await connectNatsMesh({
    servers,
    process,
    subjects,
    durability: { replicas, storage },
    credentials,
    onError
  })
  logger.info({ ...mesh.facts, process }, 'connected to NATS')
  return { mesh, subjects }
}

async function credentialsOf({ nats }: Config) {
  const { user, password, token, credentialsFile, nkeySeedFile } = nats
  return {
    user,
    password,
    token,
    credentialsFile: credentialsFile && (await readFile(credentialsFile, 'utf8')),
    nkeySeed: nkeySeedFile && (await readFile(nkeySeedFile, 'utf8')).trim()
  }
}
