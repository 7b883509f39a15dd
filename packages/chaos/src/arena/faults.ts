/** What can happen to a cluster, and what its clients may see of it. */
interface FaultRule {
  /** What its row is called. */
  readonly about: string
  /** Who is struck: one worker and its sessions, or everybody. */
  readonly strikes: 'worker' | 'everybody'
  /** Whether nobody may know the outcome of a call that was in flight on who is struck. */
  readonly interrupts: boolean
  /** By when the sessions that are struck should answer again, in milliseconds; undefined where nothing is promised. */
  readonly withinMs: number | undefined
}

const ofWorker = { strikes: 'worker', interrupts: true, withinMs: 3_500 } as const

export const faultRules = {
  kill: { ...ofWorker, about: 'SIGKILL of a worker', withinMs: 500 },
  gateway: { strikes: 'everybody', interrupts: false, withinMs: undefined, about: 'SIGKILL of a gateway' },
  machine: { ...ofWorker, about: 'SIGKILL of a worker and its parent, as when their machine is gone' },
  drain: { ...ofWorker, interrupts: false, withinMs: undefined, about: 'SIGTERM of a worker' },
  nats: {
    strikes: 'everybody',
    interrupts: true,
    withinMs: undefined,
    about: 'SIGKILL of nats-server, back after 1.5 s'
  },
  pause: { ...ofWorker, about: 'a worker stands still for 8 s' },
  mute: { ...ofWorker, about: 'what a worker sends does not arrive for 6 s' },
  deaf: { ...ofWorker, about: 'what is sent to a worker does not arrive for 6 s' }
} as const satisfies Readonly<Record<string, FaultRule>>

export type FaultName = keyof typeof faultRules

/** In the order of a round. */
export const faultNames = Object.keys(faultRules) as readonly FaultName[]
