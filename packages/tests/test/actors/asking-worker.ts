import { addressKey, directoryCodec, parseActorName, Subjects } from '@scaled-mcp/contracts'
import type { Mesh } from '@scaled-mcp/mesh'
import type { Actors, ServerDefinition } from '@scaled-mcp/server'
import { SessionWorker, type SessionWorkerInit } from '@scaled-mcp/session-worker'
import pino from 'pino'
import definitionOfAsker from '../servers/scripted.ts'
import type { ActorsUnderTest, Asker } from './conformance/actors-under-test.ts'

/** How long what runs may take to finish when its worker leaves, in milliseconds. */
export const GRACE_MS = 1_500

export const subjects = new Subjects()
const limits = { maxSessions: 100_000, inFlight: 64, decideMs: 1_000, graceMs: GRACE_MS, hostName: 'h', build: '0' }

/** A worker in this process. */
export function startWorker(
  mesh: Mesh,
  definition: ServerDefinition,
  init: Partial<SessionWorkerInit> & Pick<SessionWorkerInit, 'leaseMs'>
): Promise<SessionWorker> {
  const components = { mesh, subjects, definition, logger: pino({ level: 'silent' }) }
  return SessionWorker.start(components, { ...limits, ...init })
}

/** A worker in this process that hosts nothing, and asks. */
export class AskingWorker implements ActorsUnderTest {
  readonly mesh: Mesh
  readonly #worker: SessionWorker

  private constructor(mesh: Mesh, worker: SessionWorker) {
    this.mesh = mesh
    this.#worker = worker
  }

  static async start(mesh: Mesh): Promise<AskingWorker> {
    return new AskingWorker(mesh, await startWorker(mesh, definitionOfAsker, { maxSessions: 0, leaseMs: 60_000 }))
  }

  actors({ sender: name = 'session/asker', principal }: Asker = {}): Actors {
    return this.#worker.actorsOf({ name, principal })
  }

  async ownerOf(name: string): Promise<string | undefined> {
    const entry = await this.mesh.records.directory.get(addressKey(parseActorName(name)))
    const { owner, why } = entry ? directoryCodec.decode(entry.value) : {}
    return why === 'new' || why === 'takeover' ? owner : undefined
  }

  async stop(): Promise<void> {
    await this.#worker.stop()
    await this.mesh.stop()
  }
}
