/**
 * The messages that one instance of an actor sends itself later.
 *
 * T1  A message is handled at most once, and never after its timer was cancelled, even if it waits in the mailbox then.
 * T2  All are cancelled when the instance is to end.
 */
import type { Clock, Timer } from './clock.ts'
import type { Envelope } from './envelope.ts'

export interface TimersComponents {
  readonly clock: Clock
  /** Name of the actor, which sends what its timers bring. */
  readonly owner: string
}

export class Timers<M> {
  readonly #components: TimersComponents
  readonly #armed = new Set<Alarm<M>>()

  constructor(components: TimersComponents) {
    this.#components = components
  }

  get areNone(): boolean {
    return this.#armed.size === 0
  }

  /** @param ring is given the message after `ms` milliseconds. */
  arm(ms: number, message: M, ring: (envelope: Envelope<M>) => void): Timer {
    const { clock, owner } = this.#components
    const alarm = new Alarm(message, owner, (alarm) => this.#armed.delete(alarm))
    this.#armed.add(alarm)
    alarm.timer = clock.after(ms, () => ring(alarm))
    return alarm
  }

  cancelAll(): void {
    for (const alarm of this.#armed) alarm.cancel()
  }
}

class Alarm<M> implements Timer, Envelope<M> {
  readonly message: M
  readonly sender: string
  timer: Timer | undefined
  readonly #disarm: (alarm: Alarm<M>) => boolean

  /** @param disarm answers whether it was armed. */
  constructor(message: M, sender: string, disarm: (alarm: Alarm<M>) => boolean) {
    this.message = message
    this.sender = sender
    this.#disarm = disarm
  }

  take(): boolean {
    return this.#disarm(this) // T1
  }

  cancel(): void {
    this.#disarm(this)
    this.timer?.cancel()
  }
}
