/**
 * `soak`: whether anything is left behind by clients that come and go and do everything wrong.
 *
 * What processes hold is read at rest, with all visitors gone, once after a fifth of the time and once at the end. Some
 * sessions live all along, so that what one of them holds cannot grow either.
 */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { startCluster } from './sides/own-cluster.ts'
import { programOf, SideStart } from './sides/side.ts'
import { SignalledLines } from './signalled-lines.ts'
import { type Holdings, holdingsAtRest } from './soak/holdings.ts'
import { Residents } from './soak/residents.ts'
import type { VisitorsOrder, VisitorsReport } from './soak/visitors.ts'

export interface SoakOptions {
  readonly seconds: number
  /** Visitors at a time. */
  readonly visitors: number
  /** Sessions that live all along. */
  readonly residents: number
}

export interface SoakResult extends VisitorsReport {
  /** After a fifth of the time. */
  readonly before: Holdings
  readonly after: Holdings
}

/** The part of the time after which everything that exists once does exist, and code is compiled. */
const FIRST = 0.2

/** Runs the soak; `onStep` is told what is done. */
export async function runSoak(options: SoakOptions, onStep: (step: string) => void): Promise<SoakResult> {
  const lines = new SignalledLines()
  const probe = { module: programOf('heap-probe'), onLine: lines.read }
  const start = new SideStart({ name: 'soak', isFixed: false, isMonitored: true, probe })
  try {
    const urls = await startCluster(start, { module: programOf('servers/soak-module'), gateways: 2, workers: 2 })
    const residents = await Residents.open(urls, options.residents)
    const { natsMonitor } = start
    const atRest = () => holdingsAtRest({ side: start.serving(urls[0]), lines, natsMonitor })
    const order = { urls, atOnce: options.visitors, foreignEvent: residents.anEvent }
    const stretch = async (share: number): Promise<VisitorsReport> => {
      const report = await residents.callDuring(visitors({ ...order, seconds: share * options.seconds }))
      onStep(`${report.visits} visits, ${report.deeds} deeds, ${report.wrong.length} answered wrongly`)
      return report
    }
    const first = await stretch(FIRST)
    const before = await atRest()
    const rest = await stretch(1 - FIRST)
    const after = await atRest()
    residents.close()
    return { ...sumOf(first, rest), before, after }
  } finally {
    await start.stop()
  }
}

/** One stretch of visits, with a process of its own. */
async function visitors(order: VisitorsOrder): Promise<VisitorsReport> {
  const child = fork(programOf('soak/visitors'))
  const exited = once(child, 'exit')
  child.send(order)
  const [report] = (await Promise.race([once(child, 'message'), exited])) as [VisitorsReport | number | null]
  await exited
  if (typeof report === 'object' && report !== null) return report
  throw new Error(`the visitors ended without a report: ${report}`)
}

function sumOf(first: VisitorsReport, rest: VisitorsReport): VisitorsReport {
  return {
    visits: first.visits + rest.visits,
    deeds: first.deeds + rest.deeds,
    wrong: [...first.wrong, ...rest.wrong]
  }
}
