import { setTimeout as delay } from 'node:timers/promises'
import type { NatsServer } from '@scaled-mcp/launcher'
import {
  type Direction,
  type GatewayProcess,
  type ProcessCluster,
  type TcpProxy,
  until,
  type WorkerProcesses
} from '@scaled-mcp/testkit'
import { BACK_MS, LASTS_MS } from './arena.ts'
import type { FaultName } from './faults.ts'

/** Where faults happen, and to whom. */
export interface ProcessScene {
  readonly cluster: ProcessCluster
  readonly nats: NatsServer
  readonly worker: WorkerProcesses
  /** The member that the worker is at that moment. */
  readonly id: string
  /** Between the worker and NATS. */
  readonly proxy: TcpProxy
  readonly gateway: GatewayProcess
}

type Strike = (scene: ProcessScene) => Promise<void>

/** How faults happen to processes. */
export const processStrikes: Readonly<Record<FaultName, Strike>> = {
  kill: ({ cluster, worker }) => worker.kill().then(() => cluster.keepWorkers()),
  gateway: ({ gateway }) => gateway.kill().then(() => gateway.restart()),
  machine: ({ cluster, worker }) => worker.killBoth().then(() => cluster.keepWorkers()),
  drain: ({ cluster, worker }) => worker.stop().then(() => cluster.keepWorkers()),
  nats: restart,
  pause,
  mute: (scene) => partition(scene, 'there'),
  deaf: (scene) => partition(scene, 'back')
}

async function restart({ nats }: ProcessScene): Promise<void> {
  await nats.kill()
  await delay(LASTS_MS.outage)
  await nats.restart()
}

async function pause(scene: ProcessScene): Promise<void> {
  scene.worker.pause()
  await delay(LASTS_MS.pause)
  scene.worker.resume()
  await joinedAgain(scene)
}

async function partition(scene: ProcessScene, direction: Direction): Promise<void> {
  scene.proxy.block(direction)
  await delay(LASTS_MS.partition)
  scene.proxy.heal()
  await joinedAgain(scene)
}

/** The cluster has given the worker up by then, so that it comes back under another id. */
async function joinedAgain({ cluster, worker, id }: ProcessScene): Promise<void> {
  const isBack = async () => ((await cluster.memberOfWorker(worker))?.id ?? id) !== id
  await until(isBack, { timeoutMs: BACK_MS, describe: 'the worker has joined again' })
}
