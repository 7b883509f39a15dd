/**
 * What becomes of an actor that throws.
 *
 * - `resume`: it goes on with the next message, its fields as they are.
 * - `restart`: a new instance takes its place after a pause. Name, refs, watchers and the messages that wait stay; its
 *   children end, and `start` of the new instance may spawn them again.
 * - `stop`: it ends, and its children with it.
 * - `escalate`: it ends, and its parent is treated as if that had thrown the error itself. The parent of the topmost
 *   actors is the root, which reports it to `onFailure` and lets all others live.
 */
export type Directive = 'resume' | 'restart' | 'stop' | 'escalate'

/** How whoever spawns an actor wants its failures handled. `D` is what it may decide for. */
export interface Supervision<D extends Directive = Directive> {
  /** What becomes of the actor, always or by what it threw. */
  readonly onFailure: D | ((error: unknown) => D)
  /** How often and how fast it is restarted. */
  readonly restarts?: RestartOptions
}

/** Any span of `withinMs` sees at most `limit` restarts; the failure after that is escalated as `RestartsExhausted`. */
export interface RestartOptions {
  /** Restarts allowed. Default 5. */
  readonly limit?: number
  /** The span that `limit` counts in, in milliseconds. Default 60,000. */
  readonly withinMs?: number
  /** The longest pause before the first restart, in milliseconds; it doubles with every restart counted. Default 100. */
  readonly minBackoffMs?: number
  /** The longest pause before any restart, in milliseconds. Default 10,000. */
  readonly maxBackoffMs?: number
}

/** Who was spawned without supervision resumes; a decision that throws is to escalate. */
export function directive(supervision: Supervision | undefined, error: unknown): Directive {
  const { onFailure = 'resume' } = supervision ?? {}
  if (typeof onFailure !== 'function') return onFailure
  try {
    return onFailure(error)
  } catch {
    return 'escalate'
  }
}
