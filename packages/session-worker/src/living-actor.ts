import type { Delivery } from '@scaled-mcp/mesh'
import type { Owned } from './claims.ts'

/** An actor that this worker owns and has in memory: a client's session, or one of the author's own. */
export interface LivingActor extends Owned {
  /** Whether it can be rebuilt from its record right now and nobody would notice. */
  readonly isRebuildable: boolean
  /** Whether nothing is in flight, and nobody and nothing is waited for. */
  readonly isUnused: boolean
  /** When somebody last sent it something, on the monotonic clock, in milliseconds. */
  readonly usedAt: number
  /** Whether its event log may hold anything. */
  readonly hasStreams: boolean
  /** Hands over the message that it was made for. @throws ActorError as {@link deliver} does. */
  begin(delivery: Delivery, form: 'ask' | 'tell'): void
  /** Hands over a message. @throws ActorError `MailboxFull`, `ActorStopped`; then it did not run. */
  deliver(delivery: Delivery, form: 'ask' | 'tell'): void
  /** Takes nothing new; resolves once what runs has finished or the grace is over. */
  drain(): Promise<void>
  /** Interrupts what runs: this worker may not act for now. */
  suspend(): void
  /** Another worker owns it: nothing may be stored or answered any more. */
  abandon(): void
  /** Ends it in this worker's memory. Never rejects. */
  stop(): Promise<void>
}
