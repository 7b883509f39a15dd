/** `fail`: it did not happen. `unknown`: nobody can tell whether it happened. */
export type Outcome = 'ok' | 'fail' | 'unknown'

/** What a client asked for and what became of it: one line of a history. Times are milliseconds of true time. */
export interface Operation {
  readonly session: string
  /** `listen` and `resume` read a stream: `ok` once the connection for it is open. */
  readonly kind: 'open' | 'append' | 'put' | 'read' | 'end' | 'listen' | 'resume'
  /** What is to be appended; of `resume`, the last event that was seen. */
  readonly value: string
  readonly gateway: string
  readonly invoked: number
  readonly returned?: number
  readonly outcome?: Outcome
  /** Of what was not ok: the code that the client was given. */
  readonly code?: string
  /** Of an append or put: the place of its value in the list, from 1. */
  readonly place?: number
  /** Of a read: the list. */
  readonly list?: readonly string[]
  /** Whether the answer said that the session is stored, so that its id can be handed out. */
  readonly hasId?: boolean
  /** Whether its client has left the connection that it asked on, or lost it, and has come back for the answer. */
  readonly hasComeBack?: boolean
  /** Whether the gateway stood still or ended meanwhile: nothing can be asked of its punctuality then. */
  readonly isDelayed?: boolean
}
