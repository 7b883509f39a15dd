import { mkdir, readFile, rename } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import type { LoadGenerator } from '../load/load-generator.ts'
import { type SideProcess, workingProcess } from '../process-cost.ts'
import { programOf, type Side } from '../sides/side.ts'
import { type SideName, startSide } from '../sides/start-side.ts'
import { SignalledLines } from '../signalled-lines.ts'
import { causesOf } from './causes.ts'

export interface ProfileOrder {
  readonly side: SideName
  readonly inFlight: number
  readonly seconds: number
  /** Where the profiles go. */
  readonly folder: string
}

/** What one process of a side spends its time on. */
export interface ProcessProfile {
  readonly side: SideName
  readonly role: string
  readonly file: string
  readonly causes: ReturnType<typeof causesOf>
}

/** Profiles every Node.js process of a side under load. Figures of such a run are no figures: profiling costs time. */
export async function profileSide(load: LoadGenerator, order: ProfileOrder): Promise<ProcessProfile[]> {
  const folder = resolve(order.folder)
  await mkdir(folder, { recursive: true })
  const lines = new SignalledLines()
  const module = programOf('profile/profile-probe')
  const side = await startSide(order.side, { module, env: { BENCH_PROFILES: folder }, onLine: lines.read })
  try {
    await underLoad(load, side, order) // until everything is compiled
    await Promise.all(profiled(side).map(({ pid }) => lines.ask(pid, 'profiling')))
    await underLoad(load, side, order)
    return await Promise.all(profiled(side).map((process) => profileOf({ ...order, folder }, process, lines)))
  } finally {
    await side.stop()
  }
}

async function profileOf(
  { side, folder }: ProfileOrder,
  { role, pid }: SideProcess,
  lines: SignalledLines
): Promise<ProcessProfile> {
  const file = join(folder, `${side}-${role}.cpuprofile`)
  await rename(await lines.ask(pid, 'profiled'), file)
  return { side, role, file, causes: causesOf(JSON.parse(await readFile(file, 'utf8'))) }
}

function underLoad(load: LoadGenerator, { url, isFixed }: Side, { inFlight, seconds }: ProfileOrder) {
  return load.run({ kind: 'call', url, isFixed, inFlight, seconds, processes: [] })
}

function profiled({ processes }: Side): readonly SideProcess[] {
  const ours = processes.filter(({ role }) => role !== 'nats-server')
  return ours.map(({ role, pid }) => ({ role, pid: workingProcess(pid) }))
}
