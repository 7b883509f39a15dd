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
  'event-epoch': '2: epochs never fall along the event log of a session',
  fencing: '2: once a later owner has begun, nothing of an earlier one is stored',
  'owner-change': '3: the owner changes only when the former one released, or was dead before the claim was stored',
  'foreign-write': '3: only the would-be owner claims, only the owner releases and ends',
  'takeover-under-lease': '4: nobody is taken over from while its lease is held',
  'handler-order': '4: no handler starts where a later owner has started one',
  'failed-but-applied': '5: what failed was not applied',
  'applied-twice': '5: nothing is applied twice, whatever its outcome',
  'no-outcome': '5: every request has its outcome before its deadline and a second',
  'two-outcomes': '5: every request has one outcome',
  'two-answers': '5: a request has one answer at most, on a stream that begins and ends once',
  nameless: '5: who is told that a session is open is told its id',
  'run-order': '7: what one run tells is on its stream in order and without a gap',
  'event-order': '7: a client sees no event of a stream twice, nor after a later one',
  'event-unstored': '7: a client is shown nothing with an id but what is stored under it',
  'event-lost': '7: a client that comes back has missed nothing after the first event that it has seen',
  'event-forgotten': '7: what followed an event that a client has seen is there until the client has it',
  'event-late': '9: when the faults have stopped, what belongs to no request reaches who listens in time',
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
