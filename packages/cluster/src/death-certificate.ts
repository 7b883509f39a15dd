import type { Clock } from '@scaled-mcp/actor'
import { memberCodec } from '@scaled-mcp/contracts'
import type { Bucket } from '@scaled-mcp/mesh'

export interface DeathCertificateComponents {
  readonly members: Bucket
  readonly clock: Clock
  /** Told of each attempt that failed; it is repeated. */
  readonly failed: (error: unknown) => void
}

/** Who died, and who knows it for sure. */
export interface DeathCertificateInit {
  readonly id: string
  readonly by: string
}

const RETRY_MS = 100

/**
 * Writes that a process is dead, and does not give up before that is stored. To be called only by who has seen its end:
 * nothing here waits for a lease (cluster protocol §3.2, "Death certificate").
 */
export async function certifyDeath(components: DeathCertificateComponents, init: DeathCertificateInit): Promise<void> {
  for (;;) {
    try {
      if (await certifyOnce(components.members, init)) return
    } catch (error) {
      components.failed(error)
    }
    await new Promise<void>((resolve) => components.clock.after(RETRY_MS, resolve))
  }
}

/** Whether it is stored. A heartbeat that was on its way when the process died may be stored in between. */
async function certifyOnce(members: Bucket, { id, by }: DeathCertificateInit): Promise<boolean> {
  const entry = await members.get(id)
  if (!entry) return true
  const record = memberCodec.decode(entry.value)
  if (record.state === 'dead') return true
  const put = await members.put(id, memberCodec.encode({ ...record, state: 'dead', by }), entry.revision)
  return put.outcome === 'won'
}
