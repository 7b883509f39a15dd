import { ActorError, type Clock } from '@scaled-mcp/actor'
import { type Headers, header } from '@scaled-mcp/contracts'

const WINDOW_MS = 60_000

/**
 * How many actors each principal may begin on this worker in a minute. Who authenticates nobody has one for each session:
 * what one client does must not fill the store for all.
 */
export class ActorQuota {
  readonly #clock: Clock
  readonly #perMinute: number
  #begun = new Map<string, number>()
  #windowEndsAt = 0

  constructor(clock: Clock, perMinute: number) {
    this.#clock = clock
    this.#perMinute = perMinute
  }

  /** Counts an actor that begins. @throws ActorError `QuotaExceeded`. */
  spend(headers: Headers | undefined): void {
    const who = headers?.[header.principal] ?? headers?.[header.sender] ?? ''
    this.#turn()
    const begun = (this.#begun.get(who) ?? 0) + 1
    if (begun > this.#perMinute) {
      throw new ActorError(
        'QuotaExceeded',
        `${this.#perMinute} new actors a minute on one worker, for ${who || 'whoever names no sender'}`
      )
    }
    this.#begun.set(who, begun)
  }

  #turn(): void {
    const now = this.#clock.monotonic()
    if (now < this.#windowEndsAt) return
    this.#windowEndsAt = now + WINDOW_MS
    this.#begun = new Map()
  }
}
