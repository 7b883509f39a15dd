import type { Clock } from '@scaled-mcp/actor'
import type { Subjects } from '@scaled-mcp/contracts'
import type { MemoryBroker, Mesh, OnError } from '@scaled-mcp/mesh'
import type { Connected } from '../connect-mesh.ts'
import { ProcessClock } from './process-clock.ts'
import type { TestNetwork } from './test-network.ts'

/** What all processes of a test cluster share. */
export interface TestProcessComponents {
  readonly broker: MemoryBroker
  readonly network: TestNetwork
  readonly subjects: Subjects
  readonly clock: Clock
  /** Told of errors that no caller is there to take. */
  readonly onError: OnError
}

export interface TestProcessInit {
  readonly id: string
  readonly leaseMs: number
}

/** What stands for one process of the cluster: a connection and a clock of its own, so that it can be killed. */
export class TestProcess implements Connected {
  readonly id: string
  readonly mesh: Mesh
  readonly subjects: Subjects
  readonly leaseMs: number
  readonly clock: ProcessClock
  readonly #components: TestProcessComponents

  constructor(components: TestProcessComponents, { id, leaseMs }: TestProcessInit) {
    const { broker, subjects, clock, onError } = components
    this.#components = components
    this.id = id
    this.leaseMs = leaseMs
    this.subjects = subjects
    this.clock = new ProcessClock(clock)
    this.mesh = broker.connect({ process: id, subjects, clock: this.clock, onError })
  }

  partition(): void {
    this.#components.broker.disconnect(this.id)
  }

  heal(): void {
    this.#components.broker.reconnect(this.id)
  }

  /** @param isHeard whether the broker hears of the end of its connection. */
  kill(isHeard: boolean): void {
    this.#components.network.kill(this.id)
    this.clock.freeze()
    if (isHeard) this.#components.broker.forget(this.id)
  }

  /** Lets go of what is left of a process that was killed. */
  async bury(): Promise<void> {
    await this.mesh.stop()
    this.clock.release()
  }
}
