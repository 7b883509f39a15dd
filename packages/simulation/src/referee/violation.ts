/** A promise that was not kept. */
export interface Violation {
  /** The rule of {@link rules} that it breaks. */
  readonly rule: Rule
  /** Milliseconds of true time; of what only the end shows, the end. */
  readonly at: number
  readonly detail: string
}

/** What must hold in every run; the numbers are those of the cluster protocol's §5.2 where it has one. */
export const rules = {
  'lost-append': '1: an acknowledged append is in the list, exactly once',
  'not-a-prefix': '1: every read is a prefix of the final list',
  'real-time': '1: what was acknowledged before a read or append began comes before it',
  'state-epoch': '2: epochs never fall along the writes of a session',
  fencing: '2: once a later owner has begun, nothing of an earlier one is stored',
  'owner-change': '3: the owner changes only when the former one released, or was dead before the claim was stored',
  'foreign-write': '3: only the would-be owner claims, only the owner releases and ends',
  'takeover-under-lease': '4: nobody is taken over from while its lease is held',
  'handler-order': '4: no handler starts where a later owner has started one',
  'failed-but-applied': '5: what failed was not applied',
  'applied-twice': '5: nothing is applied twice, whatever its outcome',
  'no-outcome': '5: every request has its outcome before its deadline and a second',
  'two-outcomes': '5: every request has one outcome',
  nameless: '5: who is told that a session is open is told its id',
  'session-lost': '9: a session that was not ended is found',
  'session-revived': '9: a session that was ended is not found again',
  liveness: '9: when the faults have stopped, every session answers in time',
  hung: '9: when the faults have stopped, what was under way is answered in time',
  'drain-noticed': '8: a drain without other faults is noticed by no client',
  'false-death': 'H: a worker takes itself for dead only when its record says so',
  'risen-again': 'H: who was declared dead stays so',
  crash: 'X: no error is left without somebody to take it'
} as const

export type Rule = keyof typeof rules
