/**
 * The messages of one actor: those that wait, and those in its hands.
 *
 * C1  At most `interleave` messages are in the actor's hands at once; the rest wait as {@link Mailbox} says.
 * C2  Nothing is handled before `start` has finished, after the actor was told to stop, or between two instances.
 * C3  Every message that was accepted and never handled is refused with `ActorStopped`, or with what `start` threw; none
 *     is dropped in silence but those that do not count any more.
 */
import type { ActorCell } from './actor-cell.ts'
import { ActorError, type ActorErrorCode } from './actor-error.ts'
import { CellContext } from './cell-context.ts'
import { Notice } from './death-watch.ts'
import type { Envelope } from './envelope.ts'
import { Mailbox } from './mailbox.ts'

export interface TurnsInit {
  /** How many messages of one sender may wait. */
  readonly mailbox: number
  readonly interleave: number
}

export class Turns<M> {
  readonly #cell: ActorCell<M>
  readonly #interleave: number
  readonly #mailbox: Mailbox<Envelope<M>, Notice>
  #running = 0
  #pumping = false
  /** Resolves what waits for the running turns. */
  #idle: (() => void) | undefined

  constructor(cell: ActorCell<M>, { mailbox, interleave }: TurnsInit) {
    this.#cell = cell
    this.#interleave = interleave
    this.#mailbox = new Mailbox(mailbox)
  }

  /** Whether no turn runs and nothing waits. */
  get areOver(): boolean {
    return this.#running === 0 && this.#mailbox.isEmpty
  }

  /** Takes a message. @throws ActorError `MailboxFull`, `ActorStopped`, before anything ran. */
  accept(envelope: Envelope<M>): void {
    if (this.#cell.isLive && this.#running < this.#interleave && this.#mailbox.isEmpty) {
      if (envelope.take?.() !== false) this.#handle(envelope)
    } else if (this.#cell.isGone) {
      throw this.#refused(envelope, this.#error('ActorStopped'))
    } else if (!this.#mailbox.offer(envelope)) {
      throw this.#refused(envelope, this.#error('MailboxFull'))
    }
  }

  /** Takes what comes of a timer; it has no sender to be told that there is no room. */
  ring(envelope: Envelope<M>): void {
    if (this.#mailbox.offer(envelope)) this.pump()
    else if (envelope.take?.()) this.#reject(envelope, this.#refused(envelope, this.#error('MailboxFull')))
  }

  /** An actor that this one watches has ended; not told within the turn of whoever ended it. */
  notify(notice: Notice): void {
    this.#mailbox.urge(notice)
    queueMicrotask(() => this.pump())
  }

  /** Handles what is due, as far as the actor may take it (C2). */
  pump(): void {
    if (this.#pumping) return
    this.#pumping = true
    while (this.#cell.isLive && this.#running < this.#interleave) {
      const next = this.#take()
      if (next === undefined) break
      if (next instanceof Notice) this.#hear(next)
      else this.#handle(next)
    }
    this.#pumping = false
  }

  /** Refuses all that waits (C3). @param cause what `start` threw. */
  refuseWaiting(cause?: unknown): void {
    const error = this.#error('ActorStopped', cause)
    for (let next = this.#take(); next; next = this.#take()) {
      if (next instanceof Notice) continue
      this.#refused(next, error)
      this.#refuse(next, cause ?? error)
    }
  }

  /** Resolves once the running turns have finished. */
  async finished(): Promise<void> {
    if (this.#running > 0) await new Promise<void>((resolve) => (this.#idle = resolve))
  }

  /** What is due; what has waited for too long to count is gone. */
  #take(): Envelope<M> | Notice | undefined {
    let next = this.#mailbox.take()
    while (next?.take?.() === false) next = this.#mailbox.take()
    return next
  }

  #hear({ terminated }: Notice): void {
    this.#running++ // C1
    const turn = { message: terminated }
    const context = new CellContext(this.#cell as ActorCell<unknown>, turn)
    const hear = async () => this.#cell.actor.terminated?.(terminated, context)
    this.#outcome(context, hear())
  }

  #handle(envelope: Envelope<M>): void {
    this.#running++ // C1
    const context = new CellContext(this.#cell as ActorCell<unknown>, envelope)
    let answer: unknown
    try {
      answer = this.#cell.actor.receive(envelope.message, context)
    } catch (error) {
      this.#threw(context, error)
      return
    }
    this.#outcome(context, answer)
  }

  #outcome(turn: CellContext, answer: unknown): void {
    if (answer instanceof Promise) {
      answer.then(
        (value) => this.#answered(turn, value),
        (error) => this.#threw(turn, error)
      )
    } else {
      this.#answered(turn, answer)
    }
  }

  #answered(turn: CellContext, answer: unknown): void {
    try {
      turn.envelope.settle?.resolve(answer)
    } catch (error) {
      this.#reject(turn.envelope, error)
    }
    this.#ended(turn)
  }

  #threw(turn: CellContext, error: unknown): void {
    this.#reject(turn.envelope, error)
    this.#cell.failed(error)
    this.#ended(turn)
  }

  #ended(turn: CellContext): void {
    turn.end()
    this.#running--
    if (this.#cell.isLive) this.pump()
    else if (this.#running === 0) this.#idle?.()
  }

  #refuse(envelope: Envelope<unknown>, error: unknown): void {
    if (envelope.settle?.refuse) envelope.settle.refuse(error)
    else this.#reject(envelope, error)
  }

  #reject({ settle }: Envelope<unknown>, error: unknown): void {
    if (!settle) {
      this.#cell.living.failed(this.#cell.self.name, error)
      return
    }
    try {
      settle.reject(error)
    } catch (unsent) {
      this.#cell.living.failed(this.#cell.self.name, unsent)
    }
  }

  #refused(envelope: Envelope<M>, error: ActorError): ActorError {
    return this.#cell.living.refused(envelope, error, this.#cell.self.name)
  }

  #error(code: ActorErrorCode, cause?: unknown): ActorError {
    return new ActorError(code, this.#cell.self.name, cause === undefined ? undefined : { cause })
  }
}
