/**
 * `sessions`: what opening a session takes, and what an open, idle one holds.
 *
 * The sides take turns, as in `hop`. What a session of ours holds is compared with its server object alone: that is the
 * author's, and would be there without us.
 */
import { LoadGenerator } from './load/load-generator.ts'
import type { LoadResult } from './load/load-order.ts'
import { residentBytesOf, workingProcess } from './process-cost.ts'
import { programOf, type Side, SideStart } from './sides/side.ts'
import { type SideName, startSide } from './sides/start-side.ts'
import { SignalledLines } from './signalled-lines.ts'

export interface SessionsOptions {
  /** Sessions opened on each side, all rounds together. */
  readonly count: number
  readonly rounds: number
  readonly inFlight: number
}

/** One round of opening on one side. */
export interface OpenSample extends LoadResult {
  readonly side: SideName
  readonly round: number
}

/** What the sessions of a side hold, in bytes per session. */
export interface SessionMemory {
  readonly side: SideName
  readonly role: string
  /** Of the JavaScript heap, after a full collection; undefined for what is not Node.js. */
  readonly heap?: number
  readonly resident: number
}

export interface SessionsResult {
  readonly opened: readonly OpenSample[]
  readonly memory: readonly SessionMemory[]
  /** Heap of the server object alone. */
  readonly serverHeap: number
}

export const SESSION_SIDES = ['sdk-v1', 'sdk-v1-shared', 'cluster'] as const satisfies readonly SideName[]
/** Opened on each side before anything is measured, so that nothing that exists once is counted. */
const FIRST = 500
const NOT_NODE = 'nats-server'

export async function runSessions(options: SessionsOptions, onSample: (sample: OpenSample) => void) {
  const load = new LoadGenerator()
  const sides: Watched[] = []
  try {
    for (const name of SESSION_SIDES) sides.push(await watched(name))
    const opening = new Opening(load, options)
    for (const { side } of sides) await opening.open(side, FIRST)
    const before = await Promise.all(sides.map(held))
    const opened: OpenSample[] = []
    for (let round = 0; round < options.rounds; round++) {
      for (const { side } of turned(sides, round)) {
        const result = await opening.open(side, Math.ceil(options.count / options.rounds))
        opened.push({ ...result, side: side.name as SideName, round })
        onSample(opened.at(-1) as OpenSample)
      }
    }
    ...
  } finally {
    load.stop()
    for (const { side } of sides.reverse()) await side.stop()
  }
}
