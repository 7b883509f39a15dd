import { ActorError } from './actor-error.ts'
import type { AskOptions } from './actor-ref.ts'
import type { Clock, Timer } from './clock.ts'
import type { Envelope, Settle } from './envelope.ts'
import type { Lane } from './message-context.ts'

const DEFAULT_TIMEOUT_MS = 30_000

export interface LocalAskComponents {
  /** Who is asked. */
  readonly name: string
  readonly clock: Clock
}

/** A question within this process: what waits in the mailbox, and where its outcome goes. Only the first one counts. */
export class LocalAsk<M, R> implements Envelope<M>, Settle {
  readonly message: M
  readonly deadline: number | undefined
  readonly trace: string | undefined
  readonly principal: string | undefined
  readonly sender: string | undefined
  readonly lane: Lane | undefined
  readonly answer: Promise<R>
  readonly #name: string
  #timer: Timer | undefined
  #stopListening: (() => void) | undefined
  #isSettled = false
  #resolve!: (answer: R) => void
  #reject!: (error: unknown) => void
  /** Why the asker does not wait any more. */
  #givenUp: ActorError | undefined
  #abort: AbortController | undefined

  constructor({ name, clock }: LocalAskComponents, message: M, options: AskOptions) {
    const now = clock.wall()
    this.message = message
    this.deadline = deadlineOf(options, now)
    this.trace = options.trace
    this.principal = options.principal
    this.sender = options.sender
    this.lane = options.lane
    this.#name = name
    this.answer = new Promise((resolve, reject) => {
      this.#resolve = resolve
      this.#reject = reject
    })
    if (this.deadline !== undefined) this.#limit(clock, this.deadline - now)
    if (options.signal && !this.#isSettled) this.#listen(options.signal)
  }

  get settle(): Settle {
    return this
  }

  /** Aborted when the asker gives up. */
  get signal(): AbortSignal {
    this.#abort ??= new AbortController()
    if (this.#givenUp) this.#abort.abort(this.#givenUp)
    return this.#abort.signal
  }

  /** Whether the asker still waits. */
  take(): boolean {
    return !this.#isSettled
  }

  resolve(answer: unknown): void {
    if (this.#settles()) this.#resolve(answer as R)
  }

  reject(error: unknown): void {
    if (this.#settles()) this.#reject(error)
  }

  #limit(clock: Clock, ms: number): void {
    if (ms < 0) this.#giveUp('AskTimeout')
    else this.#timer = clock.after(ms, () => this.#giveUp('AskTimeout'))
  }

  #listen(asker: AbortSignal): void {
    const aborted = () => this.#giveUp('Aborted', { cause: asker.reason })
    if (asker.aborted) aborted()
    else asker.addEventListener('abort', aborted, { once: true })
    this.#stopListening = () => asker.removeEventListener('abort', aborted)
  }

  #giveUp(code: 'AskTimeout' | 'Aborted', options?: ErrorOptions): void {
    if (this.#isSettled) return
    this.#givenUp = new ActorError(code, this.#name, options)
    this.reject(this.#givenUp)
    this.#abort?.abort(this.#givenUp)
  }

  #settles(): boolean {
    if (this.#isSettled) return false
    this.#isSettled = true
    this.#timer?.cancel()
    this.#stopListening?.()
    return true
  }
}

/** Undefined when the asker waits for as long as it takes. */
function deadlineOf({ timeoutMs, deadline }: AskOptions, now: number): number | undefined {
  const own = now + (timeoutMs ?? DEFAULT_TIMEOUT_MS)
  const earliest = deadline === undefined ? own : Math.min(own, deadline)
  return earliest === Number.POSITIVE_INFINITY ? undefined : earliest
}
