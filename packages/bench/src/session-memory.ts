import { residentBytesOf, type SideProcess, workingProcess } from './process-cost.ts'
import { programOf, type Side, SideStart } from './sides/side.ts'
import { type SideName, startSide } from './sides/start-side.ts'
import { SignalledLines } from './signalled-lines.ts'

/** What one process of a side holds, in bytes. */
export interface Memory {
  readonly role: string
  /** Of the JavaScript heap after a full collection; undefined for what is not Node.js. */
  readonly heap: number | undefined
  readonly resident: number
}

/** A side whose heaps can be asked for. */
export interface Watched {
  readonly name: SideName
  readonly side: Side
  readonly lines: SignalledLines
}

const NOT_NODE = 'nats-server'

export async function watchedSide(name: SideName): Promise<Watched> {
  const lines = new SignalledLines()
  const side = await startSide(name, { module: programOf('heap-probe'), onLine: lines.read })
  return { name, side, lines }
}

/** What each process of the side holds now. */
export function memoryOf({ side, lines }: Pick<Watched, 'side' | 'lines'>): Promise<readonly Memory[]> {
  return Promise.all(side.processes.map((process) => memoryOfProcess(process, lines)))
}

/** What each process holds more than `before`, for each of `count`. */
export function heldByEach<M extends Memory>(after: readonly M[], before: readonly M[], count: number): readonly M[] {
  return after.map((now, i) => {
    const then = before[i] as M
    const heap = now.heap === undefined ? undefined : (now.heap - (then.heap as number)) / count
    return { ...now, heap, resident: (now.resident - then.resident) / count }
  })
}

/** Heap of one server object, idle, without us; an average over `count`. */
export async function heapOfServer(count: number): Promise<number> {
  const start = new SideStart({ name: 'bare-sessions', isFixed: true })
  try {
    return Number(await start.node({ role: 'server', args: [programOf('servers/bare-sessions'), String(count)] }))
  } finally {
    await start.stop()
  }
}

async function memoryOfProcess({ role, pid }: SideProcess, lines: SignalledLines): Promise<Memory> {
  const heap = role === NOT_NODE ? undefined : Number(await lines.ask(workingProcess(pid), 'heap'))
  return { role, heap, resident: residentBytesOf(pid) }
}
