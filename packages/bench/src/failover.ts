/**
 * `failover`: what clients see of faults, on clusters of real processes.
 *
 * Every session of the struck worker calls at the very moment of the fault, and again until it succeeds. When the cluster
 * is whole again, every session calls once more: what a worker that was only paused may have done shows there.
 */
import type { DirectoryEntry } from '@scaled-mcp/testkit'
import type { CountingSession, Outcome } from './failover/counting-session.ts'
import { type FaultName, faults } from './failover/fault.ts'
import { type Recovery, recover } from './failover/recovery.ts'
import { countEach, entriesOf, openSessions, type Scene, withScene } from './failover/scene.ts'

export interface FailoverOptions {
  /** How often a worker is killed alone; with its parent a fifth as often, the other faults a twentieth. */
  readonly kills: number
  readonly sessions: number
}

/** One fault, and what its sessions saw. */
export interface FaultSample {
  readonly fault: FaultName
  readonly round: number
  /** Of the sessions that were struck. */
  readonly recoveries: readonly Recovery[]
  /** Of one more call of every session. */
  readonly afterwards: readonly Outcome[]
  /** Sessions whose worker was not killed or paused, and that have another owner or epoch all the same. */
  readonly moved: number
}

const WORKERS = 3

/** Runs the benchmark; `onSample` is told of each fault when it is over. */
export async function runFailover(
  options: FailoverOptions,
  onSample: (sample: FaultSample) => void
): Promise<FaultSample[]> {
  const samples: FaultSample[] = []
  await withScene(WORKERS, async (scene) => {
    const sessions = await openSessions(scene, options.sessions)
    for (const { fault, round } of rounds(options.kills)) {
      const sample = await strike(scene, sessions, { fault, round })
      samples.push(sample)
      onSample(sample)
    }
    for (const session of sessions) session.disconnect()
  })
  return samples
}

/** Kills a worker that has all the sessions, which call at once. */
export async function runMassFailover(sessionCount: number): Promise<readonly Recovery[]> {
  return withScene(1, async (scene) => {
    const sessions = await openSessions(scene, sessionCount)
    const [victim] = scene.cluster.workers
    await scene.cluster.keepWorkers(WORKERS)
    await countEach(sessions)
    const since = performance.now()
    const killed = victim?.kill()
    const recoveries = await Promise.all(sessions.map((session) => recover(session, since)))
    await killed
    for (const session of sessions) session.disconnect()
    return recoveries
  })
}

function* rounds(kills: number): Generator<{ readonly fault: FaultName; readonly round: number }> {
  const often = { kill: kills, 'kill-both': kills / 5, pause: kills / 20, nats: kills / 20 }
  for (const [fault, times] of Object.entries(often)) {
    for (let round = 0; round < times; round++) yield { fault: fault as FaultName, round }
  }
}

type Round = Pick<FaultSample, 'fault' | 'round'>

async function strike(
  scene: Scene,
  sessions: readonly CountingSession[],
  { fault, round }: Round
): Promise<FaultSample> {
  const { cluster } = scene
  const { isOfWorker, strike: begin } = faults[fault]
  const before = await entriesOf(scene, sessions)
  const { owner: id } = before[round % before.length] as DirectoryEntry
  const worker = await cluster.ownerOf((sessions[round % sessions.length] as CountingSession).id)
  const struck = sessions.filter((_, i) => !isOfWorker || before[i]?.owner === id)
  const since = performance.now()
  const over = begin(scene, { id, worker })
  const recoveries = await Promise.all(struck.map((session) => recover(session, since)))
  await over
  const afterwards = await Promise.all(sessions.map((session) => session.count()))
  const after = await entriesOf(scene, sessions)
  const isMoved = ({ owner, epoch }: DirectoryEntry, i: number) =>
    (!isOfWorker || owner !== id) && epoch !== after[i]?.epoch
  return { fault, round, recoveries, afterwards, moved: before.filter(isMoved).length }
}
