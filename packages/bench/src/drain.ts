/**
 * `drain`: how long a worker that is told to stop takes to hand over all its sessions, and what clients see of it.
 *
 * All sessions are on one worker when it gets SIGTERM, and another one has room for them. Clients call randomly chosen
 * sessions without a pause from before that until after its process has ended. Then every session is asked once more.
 */
import { setTimeout as delay } from 'node:timers/promises'
import type { ProcessExit } from '@scaled-mcp/launcher'
import type { WorkerProcesses } from '@scaled-mcp/testkit'
import type { CountingSession, Outcome } from './failover/counting-session.ts'
import { countEach, entriesOf, openSessions, withScene } from './failover/scene.ts'
import { type Call, callUntil } from './failover/steady-load.ts'

export interface DrainOptions {
  readonly sessions: number
}

export interface DrainResult extends Stopped {
  /** Of the load, from before the signal until after the end. */
  readonly calls: readonly Call[]
  /** Of one more call of every session. */
  readonly afterwards: readonly Outcome[]
  /** Sessions that another worker owns in the end. */
  readonly moved: number
}

/** How the worker ended. Times are on the clock of `performance.now()`. */
interface Stopped {
  readonly toldAt: number
  readonly endedAt: number
  readonly exit: ProcessExit
}

/** How long there is load before the signal and after the end, in milliseconds. */
const AROUND_MS = 2_000

/** Drains one worker; `onStep` is told what is done. */
export function runDrain(options: DrainOptions, onStep: (step: string) => void): Promise<DrainResult> {
  return withScene(1, async (scene) => {
    const sessions = await openSessions(scene, options.sessions)
    await countEach(sessions)
    onStep(`${sessions.length} sessions opened`)
    const worker = scene.cluster.workers[0] as WorkerProcesses
    const { owner: id } = await scene.cluster.entryOf((sessions[0] as CountingSession).id)
    await scene.cluster.keepWorkers(2)
    const drained = await drainUnderLoad(worker, sessions)
    onStep('the worker has ended')
    const afterwards = await countEach(sessions)
    const entries = await entriesOf(scene, sessions)
    for (const session of sessions) session.disconnect()
    return { ...drained, afterwards, moved: entries.filter(({ owner }) => owner !== id).length }
  })
}

type Drained = Pick<DrainResult, keyof Stopped | 'calls'>

async function drainUnderLoad(worker: WorkerProcesses, sessions: readonly CountingSession[]): Promise<Drained> {
  const over = new AbortController()
  const stopping = stopAmidCalls(worker).finally(() => over.abort())
  const [calls, stopped] = await Promise.all([callUntil(over.signal, sessions), stopping])
  return { ...stopped, calls }
}

async function stopAmidCalls(worker: WorkerProcesses): Promise<Stopped> {
  await delay(AROUND_MS)
  const toldAt = performance.now()
  const exit = await worker.stop()
  const endedAt = performance.now()
  await delay(AROUND_MS)
  return { toldAt, endedAt, exit }
}
