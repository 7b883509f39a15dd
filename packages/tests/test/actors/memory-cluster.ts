import { memberCodec, mintProcessId } from '@scaled-mcp/contracts'
import { MemoryBroker } from '@scaled-mcp/mesh'
import type { SessionWorker } from '@scaled-mcp/session-worker'
import noActors from '../servers/no-actors.ts'
import usual from '../servers/scripted.ts'
import newer from '../servers/scripted-newer.ts'
import { AskingWorker, startWorker, subjects } from './asking-worker.ts'
import type { Build, ClusterOptions, ClusterUnderTest, HostUnderTest } from './conformance/actors-under-test.ts'

const builds = { usual, newer, 'no actors': noActors }

/** Workers of this process, each behind a connection of its own to a broker in memory. */
export class MemoryCluster implements ClusterUnderTest {
  readonly actors: ClusterUnderTest['actors']
  readonly ownerOf: ClusterUnderTest['ownerOf']
  readonly #broker: MemoryBroker
  readonly #asker: AskingWorker
  readonly #options: ClusterOptions
  readonly #hosts: MemoryHost[] = []

  private constructor(broker: MemoryBroker, asker: AskingWorker, options: ClusterOptions) {
    this.#broker = broker
    this.#asker = asker
    this.#options = options
    this.actors = (of) => asker.actors(of)
    this.ownerOf = (name) => asker.ownerOf(name)
  }

  static async start(options: ClusterOptions = {}): Promise<MemoryCluster> {
    const broker = new MemoryBroker()
    const asker = await AskingWorker.start(broker.connect({ process: mintProcessId('worker', 'h'), subjects }))
    return new MemoryCluster(broker, asker, options)
  }

  async start(build: Build = 'usual'): Promise<HostUnderTest> {
    const mesh = this.#broker.connect({ process: mintProcessId('worker', 'h'), subjects })
    const worker = await startWorker(mesh, builds[build], { ...this.#options, leaseMs: LEASE_MS })
    const host = new MemoryHost({ broker: this.#broker, asker: this.#asker, worker })
    this.#hosts.push(host)
    return host
  }

  async stop(): Promise<void> {
    for (const host of this.#hosts) await host.stop()
    await this.#asker.stop()
  }
}

/** One that is cut off has no lease after this, in milliseconds; it is taken for dead at once. */
const LEASE_MS = 1_000

interface Parts {
  readonly broker: MemoryBroker
  readonly asker: AskingWorker
  readonly worker: SessionWorker
}

class MemoryHost implements HostUnderTest {
  readonly id: string
  readonly #parts: Parts
  #isCutOff = false

  constructor(parts: Parts) {
    this.id = parts.worker.id
    this.#parts = parts
  }

  async leave(): Promise<void> {
    await this.#parts.worker.drain()
    await this.#parts.worker.stop()
  }

  /** In memory, what is cut off and what is dead look the same to all others. */
  kill(): Promise<void> {
    return this.pause()
  }

  async pause(): Promise<void> {
    this.#isCutOff = true
    this.#parts.broker.disconnect(this.id)
    await this.#declareDead()
  }

  async resume(): Promise<undefined> {
    this.#isCutOff = false
    this.#parts.broker.reconnect(this.id)
    await this.#parts.worker.lost
  }

  async stop(): Promise<void> {
    if (this.#isCutOff) await this.resume()
    await this.#parts.worker.stop()
  }

  async #declareDead(): Promise<void> {
    const { members } = this.#parts.asker.mesh.records
    for (;;) {
      const entry = await members.get(this.id)
      if (!entry) throw new RangeError(`there is no member ${this.id}`)
      const record = memberCodec.encode({ ...memberCodec.decode(entry.value), state: 'dead', by: 'the test' })
      if ((await members.put(this.id, record, entry.revision)).outcome === 'won') return
    }
  }
}
