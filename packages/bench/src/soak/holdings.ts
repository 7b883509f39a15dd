import { setTimeout as delay } from 'node:timers/promises'
import { type SideProcess, socketsOf, workingProcess } from '../process-cost.ts'
import { type Memory, memoryOf } from '../session-memory.ts'
import type { Side } from '../sides/side.ts'
import type { SignalledLines } from '../signalled-lines.ts'

/** What a cluster holds, at rest. */
export interface Holdings {
  readonly memory: readonly Memory[]
  /** Open in each process, in the order of `memory`. */
  readonly sockets: readonly number[]
  /** What nats-server says. */
  readonly connections: number
  readonly subscriptions: number
  readonly consumers: number
}

/** One figure of two holdings. */
export interface Change {
  readonly what: string
  readonly before: number
  readonly after: number
}

export interface HoldingsInit {
  readonly side: Side
  readonly lines: SignalledLines
  /** Where nats-server says what it holds. */
  readonly natsMonitor: string
}

type Counts = Omit<Holdings, 'memory'>

const LOOK_MS = 500
const LOOKS = 60

/** Reads everything once counts do not change any more; what is only due to be collected is collected first. */
export async function holdingsAtRest(init: HoldingsInit): Promise<Holdings> {
  const counts = await settledCounts(init)
  await memoryOf(init)
  return { ...counts, memory: await memoryOf(init) }
}

/** Every figure that must not grow. */
export function changesOf(before: Holdings, after: Holdings): readonly Change[] {
  const heaps = before.memory.map(({ role, heap }, i) => change(`heap of ${role}`, heap, after.memory[i]?.heap))
  const sockets = before.memory.map(({ role }, i) => change(`sockets of ${role}`, before.sockets[i], after.sockets[i]))
  const ofNats = (['connections', 'subscriptions', 'consumers'] as const).map((what) =>
    change(`NATS ${what}`, before[what], after[what])
  )
  return [...heaps, ...sockets, ...ofNats].flat()
}

function change(what: string, before: number | undefined, after: number | undefined): readonly Change[] {
  return before === undefined || after === undefined ? [] : [{ what, before, after }]
}

async function settledCounts(init: HoldingsInit): Promise<Counts> {
  let last = await countsOf(init)
  for (let look = 0; look < LOOKS; look++) {
    await delay(LOOK_MS)
    const now = await countsOf(init)
    if (JSON.stringify(now) === JSON.stringify(last)) break
    last = now
  }
  return last
}

async function countsOf({ side, natsMonitor }: HoldingsInit): Promise<Counts> {
  const { connections, subscriptions } = await ask<Pick<Counts, 'connections' | 'subscriptions'>>(natsMonitor, 'varz')
  const { consumers } = await ask<Pick<Counts, 'consumers'>>(natsMonitor, 'jsz')
  const sockets = side.processes.map(({ pid }: SideProcess) => socketsOf(workingProcess(pid)))
  return { connections, subscriptions, consumers, sockets }
}

async function ask<T>(natsMonitor: string, page: string): Promise<T> {
  return (await (await fetch(`${natsMonitor}/${page}`, { headers: { connection: 'close' } })).json()) as T
}
