/**
 * The load generator: a process of its own, the same for all sides, which takes one order at a time.
 *
 * D1  Every answer is looked at; a wrong one ends the order with an error, and so the benchmark.
 * D2  Sessions stay open from order to order; connections do not, as servers close idle ones.
 */
import { quantile } from '@scaled-mcp/testkit'
import { cpuSecondsOf, type SideProcess } from '../process-cost.ts'
import { HttpConnection } from './http-connection.ts'
import type { CallOrder, LoadOrder, LoadReply, OpenOrder } from './load-order.ts'
import { LOAD, type LoadResult } from './load-result.ts'
import { McpCaller } from './mcp-caller.ts'

/** Share of an order's time that it runs before it is measured. */
const WARM_UP = 0.2

const callers = new Map<string, McpCaller[]>()

process.on('message', (order: LoadOrder) => {
  const done = order.kind === 'call' ? call(order) : open(order)
  done.then(
    (result) => answer({ result }),
    (error: Error) => answer({ error: error.stack ?? error.message })
  )
})

function answer(reply: LoadReply): void {
  process.send?.(reply)
}

async function call(order: CallOrder): Promise<LoadResult> {
  const used = await callersFor(order)
  const work = (caller: McpCaller) => (order.isFixed ? caller.callFixed() : caller.call())
  await untilTime(used, work, order.seconds * WARM_UP)
  const result = await measured(order.processes, () => untilTime(used, work, order.seconds))
  for (const caller of used) caller.disconnect() // D2
  return result
}

function open({ url, count, inFlight, processes }: OpenOrder): Promise<LoadResult> {
  let left = count
  const latencies: number[] = []
  const lane = async () => {
    const connection = new HttpConnection(new URL(url))
    while (left-- > 0) latencies.push(await timed(() => new McpCaller(connection).open()))
    connection.close()
  }
  return measured(processes, async () => {
    await Promise.all(Array.from({ length: inFlight }, lane))
    return latencies
  })
}

/** The callers of a side: those that have a session already, and as many new ones as are missing. */
async function callersFor({ url, isFixed, inFlight }: CallOrder): Promise<readonly McpCaller[]> {
  const known = callers.get(url) ?? []
  callers.set(url, known)
  while (known.length < inFlight) {
    const caller = new McpCaller(new HttpConnection(new URL(url)))
    if (!isFixed) await caller.open()
    known.push(caller)
  }
  return known.slice(0, inFlight)
}

/** Works for `seconds`, each caller one call after the other; gives every call's time in milliseconds. */
async function untilTime(
  used: readonly McpCaller[],
  work: (caller: McpCaller) => Promise<void>,
  seconds: number
): Promise<number[]> {
  const end = performance.now() + seconds * 1_000
  const latencies: number[] = []
  const lane = async (caller: McpCaller) => {
    while (performance.now() < end) latencies.push(await timed(() => work(caller)))
  }
  await Promise.all(used.map(lane)) // D1
  return latencies
}

async function timed(work: () => Promise<void>): Promise<number> {
  const start = performance.now()
  await work()
  return performance.now() - start
}

async function measured(processes: readonly SideProcess[], work: () => Promise<number[]>): Promise<LoadResult> {
  const all = [...processes, { role: LOAD, pid: process.pid }]
  const before = all.map(({ pid }) => cpuSecondsOf(pid))
  const start = performance.now()
  const latencies = await work()
  const seconds = (performance.now() - start) / 1_000
  const cpu = all.map(({ role, pid }, i) => [role, cpuSecondsOf(pid) - (before[i] as number)] as const)
  const sorted = Float64Array.from(latencies).sort()
  const [p50Ms, p99Ms] = [quantile(sorted, 0.5), quantile(sorted, 0.99)]
  return { count: latencies.length, seconds, p50Ms, p99Ms, cpuSeconds: Object.fromEntries(cpu) }
}
