import { setTimeout as delay } from 'node:timers/promises'
import { until, type WorkerProcesses } from '@scaled-mcp/testkit'
import type { Scene } from './scene.ts'

/** The worker that is struck, and the member that it is at that moment. */
interface Victim {
  readonly id: string
  readonly worker: WorkerProcesses
}

interface Fault {
  /** What its row is called. */
  readonly about: string
  /** Whether it strikes one worker, whose sessions are measured, or everybody. */
  readonly isOfWorker: boolean
  /** Begins before it returns; resolves when the cluster is whole again. */
  readonly strike: (scene: Scene, victim: Victim) => Promise<void>
}

const PAUSE_MS = 10_000
const OUTAGE_MS = 1_500

export const faults = {
  kill: {
    about: 'SIGKILL of a worker',
    isOfWorker: true,
    strike: ({ cluster }, { worker }) => worker.kill().then(() => cluster.keepWorkers())
  },
  'kill-both': {
    about: 'SIGKILL of a worker and its parent, as when their machine is gone',
    isOfWorker: true,
    strike: ({ cluster }, { worker }) => worker.killBoth().then(() => cluster.keepWorkers())
  },
  pause: { about: 'SIGSTOP of a worker for 10 s', isOfWorker: true, strike: pause },
  nats: { about: 'nats-server killed and back within 2 s', isOfWorker: false, strike: restartNats }
} as const satisfies Readonly<Record<string, Fault>>

export type FaultName = keyof typeof faults

/** Until the worker has joined again under another id. */
async function pause({ cluster }: Scene, { id, worker }: Victim): Promise<void> {
  worker.pause()
  await delay(PAUSE_MS)
  worker.resume()
  await until(async () => ((await cluster.memberOfWorker(worker))?.id ?? id) !== id, { timeoutMs: 30_000 })
}

async function restartNats({ nats }: Scene): Promise<void> {
  await nats.kill()
  await delay(OUTAGE_MS)
  await nats.restart()
}
