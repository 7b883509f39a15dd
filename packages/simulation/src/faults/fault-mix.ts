import type { Random } from '../world/random.ts'

/** How often each kind of fault happens, in times a minute; 0 is never. */
export interface FaultMix {
  readonly kill: number
  readonly killGateway: number
  readonly pause: number
  /** Of the main thread only. */
  readonly stall: number
  readonly partition: number
  /** One connection breaks; the next one is there at once. */
  readonly reset: number
  /** Of everybody at once: the network, or NATS itself. */
  readonly outage: number
  readonly storeTrouble: number
  readonly lag: number
  readonly clockStep: number
  readonly drain: number
}

const none: FaultMix = {
  kill: 0,
  killGateway: 0,
  pause: 0,
  stall: 0,
  partition: 0,
  reset: 0,
  outage: 0,
  storeTrouble: 0,
  lag: 0,
  clockStep: 0,
  drain: 0
}

/** Mixes that a seed chooses from; each is hard on something else. */
export const mixes = {
  all: {
    kill: 3,
    killGateway: 1,
    pause: 4,
    stall: 1.5,
    partition: 3,
    reset: 2,
    outage: 0.7,
    storeTrouble: 4,
    lag: 3,
    clockStep: 2,
    drain: 1.5
  },
  kills: { ...none, kill: 8, killGateway: 2, drain: 2 },
  clocks: { ...none, pause: 8, stall: 4, partition: 3, clockStep: 25 },
  pauses: { ...none, pause: 8, stall: 4, clockStep: 4 },
  partitions: { ...none, partition: 8, reset: 4, outage: 2, lag: 4 },
  store: { ...none, kill: 4, pause: 3, storeTrouble: 14 },
  drains: { ...none, drain: 6, kill: 2 },
  drainOnly: { ...none, drain: 4 },
  calm: none
} as const satisfies Record<string, FaultMix>

export type MixName = keyof typeof mixes

const WEIGHTS: readonly (readonly [MixName, number])[] = [
  ['all', 0.4],
  ['kills', 0.12],
  ['pauses', 0.08],
  ['clocks', 0.04],
  ['partitions', 0.12],
  ['store', 0.12],
  ['drains', 0.06],
  ['drainOnly', 0.06]
]

export function chooseMix(random: Random): MixName {
  let share = random.next()
  for (const [name, weight] of WEIGHTS) {
    share -= weight
    if (share < 0) return name
  }
  return 'all'
}
