import { createHash, randomBytes } from 'node:crypto'

/** What a process is in the cluster: a worker hosts actors, a gateway holds clients' sockets. */
export type Role = 'worker' | 'gateway'

/**
 * The id of one run of a process: `w-` or `g-`, four characters of the host name's hash, six random ones.
 * Never reused, so that a dead id is dead for ever.
 */
export function mintProcessId(role: Role, host: string): string {
  const hostPart = createHash('sha256').update(host).digest('hex').slice(0, 4)
  return `${role === 'worker' ? 'w' : 'g'}-${hostPart}-${randomBytes(4).toString('hex').slice(0, 6)}`
}
