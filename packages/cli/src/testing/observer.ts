import { Directory, leaseTimes, MemberView } from '@scaled-mcp/cluster'
import { parseActorName } from '@scaled-mcp/contracts'
import type { Actors, Sender } from '@scaled-mcp/server'
import { TestWorker, type TestWorkerComponents } from './test-worker.ts'

interface ObserverParts {
  readonly member: TestWorker
  readonly view: MemberView
  readonly directory: Directory
}

/** A member of the cluster that hosts nothing: what a test knows and sends goes through it. */
export class Observer {
  readonly #parts: ObserverParts

  private constructor(parts: ObserverParts) {
    this.#parts = parts
  }

  static async start(components: TestWorkerComponents): Promise<Observer> {
    const member = await TestWorker.start(components, { id: 'observer', hosts: () => false })
    const { mesh, clock, leaseMs } = member.process
    const { members, directory: entries } = mesh.records
    const unreadable = (key: string, err: unknown) => components.logger.error({ err, key }, 'a record is not readable')
    const view = new MemberView({ members, clock, unreadable }, { freshMs: leaseTimes(leaseMs).observeMs })
    await view.start()
    return new Observer({ member, view, directory: new Directory({ entries, members: view, clock }) })
  }

  get process(): TestWorker['process'] {
    return this.#parts.member.process
  }

  actors(sender: Sender): Actors {
    return this.#parts.member.worker.actorsOf(sender)
  }

  /** The living worker that owns the actor. @throws RangeError when this is no name. @throws StoreUnavailable. */
  async ownerOf(name: string): Promise<string | undefined> {
    const { directory, view } = this.#parts
    const found = await directory.lookup(parseActorName(name))
    if (!found || found.record.why === 'released' || found.record.why === 'ended') return undefined
    const { owner } = found.record
    return (await view.isDead(owner)) ? undefined : owner
  }

  async stop(): Promise<void> {
    this.#parts.view.stop()
    await this.#parts.member.stop()
  }
}
