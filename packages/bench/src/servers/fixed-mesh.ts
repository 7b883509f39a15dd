import { mintProcessId, type Role, Subjects } from '@scaled-mcp/contracts'
import { connectNatsMesh, type Mesh } from '@scaled-mcp/mesh'

/** What the gateway of the fixed-answer side asks. */
export const FIXED_SUBJECT = 'bench.fixed.1'

/** Connects a process of the fixed-answer side to the NATS it was given. */
export function connectFixedMesh(role: Role): Promise<Mesh> {
  return connectNatsMesh({
    servers: process.env['NATS_URL'] as string,
    process: mintProcessId(role, 'bench'),
    subjects: new Subjects('bench'),
    durability: { replicas: 1, storage: 'file' }
  })
}
