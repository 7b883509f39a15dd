/**
 * `sessions`: what opening a session takes, and what an open, idle one holds.
 *
 * The sides take turns, as in `hop`. What a session of ours holds is compared with its server object alone: that is the
 * author's, and would be there without us.
 */
import { LoadGenerator } from './load/load-generator.ts'
import type { LoadResult } from './load/load-result.ts'
import { heapOfServer, heldByEach, type Memory, memoryOf, type Watched, watchedSide } from './session-memory.ts'
import type { SideName } from './sides/start-side.ts'

export interface SessionsOptions {
  readonly rounds: number
  /** Sessions opened on each side in each round. */
  readonly count: number
  readonly inFlight: number
}

/** One round of opening on one side. */
export interface OpenSample extends LoadResult {
  readonly side: SideName
  readonly round: number
}

/** What one process of a side holds more than before, per session. */
interface HeldPerSession extends Memory {
  readonly side: SideName
}

export interface SessionsResult {
  readonly opened: readonly OpenSample[]
  readonly held: readonly HeldPerSession[]
  /** Heap of the server object alone, in bytes. */
  readonly serverHeap: number
}

export const SESSION_SIDES: readonly SideName[] = ['sdk-v1', 'sdk-v1-shared', 'cluster']
/** Opened on each side before anything is measured, so that all code is compiled and nothing that exists once is counted. */
const FIRST = 2_000

/** Runs the benchmark; `onSample` is told of each round of each side. */
export async function runSessions(
  options: SessionsOptions,
  onSample: (sample: OpenSample) => void
): Promise<SessionsResult> {
  const serverHeap = await heapOfServer(options.rounds * options.count)
  const run = new SessionsRun(options)
  try {
    await run.start()
    const before = await run.memory()
    const opened = await run.rounds(onSample)
    const held = heldByEach(await run.memory(), before, options.rounds * options.count)
    return { opened, held, serverHeap }
  } finally {
    await run.stop()
  }
}

class SessionsRun {
  readonly #options: SessionsOptions
  readonly #load = new LoadGenerator()
  readonly #sides: Watched[] = []

  constructor(options: SessionsOptions) {
    this.#options = options
  }

  async start(): Promise<void> {
    for (const name of SESSION_SIDES) this.#sides.push(await watchedSide(name))
    const first = Math.min(FIRST, this.#options.rounds * this.#options.count)
    for (const side of this.#sides) await this.#open(side, first)
  }

  async rounds(onSample: (sample: OpenSample) => void): Promise<OpenSample[]> {
    const samples: OpenSample[] = []
    for (let round = 0; round < this.#options.rounds; round++) {
      const first = round % this.#sides.length
      for (const side of [...this.#sides.slice(first), ...this.#sides.slice(0, first)]) {
        const sample = { ...(await this.#open(side, this.#options.count)), side: side.name, round }
        samples.push(sample)
        onSample(sample)
      }
    }
    return samples
  }

  async memory(): Promise<readonly HeldPerSession[]> {
    const held = this.#sides.map(async (watched) =>
      (await memoryOf(watched)).map((memory) => ({ side: watched.name, ...memory }))
    )
    return (await Promise.all(held)).flat()
  }

  async stop(): Promise<void> {
    this.#load.stop()
    for (const { side } of this.#sides.reverse()) await side.stop()
  }

  #open({ side: { url, processes } }: Watched, count: number): Promise<LoadResult> {
    return this.#load.run({ kind: 'open', url, processes, count, inFlight: this.#options.inFlight })
  }
}
