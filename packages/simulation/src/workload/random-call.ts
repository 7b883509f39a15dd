import type { Call, Report } from '../server/call.ts'
import type { Random } from '../world/random.ts'

export interface RandomCallInit {
  readonly value: string
  /** How likely it only reads, from 0 up to 1; of the others, some are puts and most are appends. */
  readonly reads: number
  /** How likely it is slow, from 0 up to 1. */
  readonly slow: number
  /** How likely it tells of its progress, from 0 up to 1. */
  readonly reports: number
}

const PUTS = 0.4
const WAIT_MS = [10, 4_000] as const
const MAX_STEPS = 6
const MAX_BURST = 3
/** With what a handler waits besides, no more than a slow call without a report takes. */
const STEP_MS = [0, 650] as const
const AFTER_REPORT_MS = [10, 2_000] as const

export function randomCall(random: Random, { value, reads, slow, reports }: RandomCallInit): Call {
  const tool = random.chance(reads) ? 'read' : random.chance(PUTS) ? 'put' : 'append'
  const isSlow = random.chance(slow)
  const report = random.chance(reports) ? randomReport(random) : undefined
  const [low, high] = report ? AFTER_REPORT_MS : WAIT_MS
  const wait = () => (isSlow && random.chance(0.7) ? random.between(low, high) : 0)
  const call = { tool, value, beforeMs: wait(), afterMs: wait(), isStubborn: random.chance(0.3) } as const
  return report ? { ...call, report } : call
}

function randomReport(random: Random): Report {
  const steps = random.integer(1, MAX_STEPS)
  const closesAfter = random.chance(0.2) ? random.integer(1, steps) : 0
  return { steps, burst: random.integer(1, MAX_BURST), stepMs: random.between(...STEP_MS), closesAfter }
}
