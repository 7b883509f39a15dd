import type { ActorCell } from './actor-cell.ts'
import type { ActorContext } from './actor-context.ts'
import type { ActorRef, AskOptions, TellOptions } from './actor-ref.ts'
import type { Timer } from './clock.ts'
import type { Envelope } from './envelope.ts'
import type { Joined } from './signals.ts'
import type { Spawn } from './spawn-options.ts'

/** What an actor of this process may use during one turn. */
export class CellContext implements ActorContext {
  /** What the turn is about. */
  readonly envelope: Envelope<unknown>
  readonly #cell: ActorCell<unknown>
  /** Of an ask, once somebody wants to know. */
  #joined: Joined | undefined
  #isOver = false

  constructor(cell: ActorCell<unknown>, envelope: Envelope<unknown>) {
    this.envelope = envelope
    this.#cell = cell
  }

  /** The turn is over. */
  end(): void {
    this.#isOver = true
    this.#joined?.leave()
  }

  get self(): ActorRef<unknown> {
    return this.#cell.self
  }

  get sender(): ActorRef<unknown> | undefined {
    const { sender } = this.envelope
    return sender === undefined ? undefined : this.#cell.living.refTo(sender)
  }

  get deadline(): number | undefined {
    return this.envelope.deadline
  }

  get trace(): string | undefined {
    return this.envelope.trace
  }

  get principal(): string | undefined {
    return this.envelope.principal
  }

  get signal(): AbortSignal {
    this.#joined ??= this.#join()
    return this.#joined?.signal ?? this.#cell.signals.own
  }

  tell<M>(to: ActorRef<M>, message: M, options?: TellOptions): void {
    to.tell(message, this.#onward(options))
  }

  ask<M, R>(to: ActorRef<M, R>, message: M, options?: AskOptions): Promise<R> {
    return to.ask(message, this.#onward(options))
  }

  async actorOf<M, R>(name: string): Promise<ActorRef<M, R>> {
    return this.#cell.living.find(name)
  }

  refTo<M, R>(name: string): ActorRef<M, R> {
    return this.#cell.living.refTo(name)
  }

  getOrActivate<M, R>(kind: string, id: string): ActorRef<M, R> {
    return this.#cell.living.findOrActivate(kind, id)
  }

  get spawn(): Spawn {
    return (name, source, options) => {
      return this.#cell.living.spawn(this.#nameOf(name), source, { options, parent: this.#cell })
    }
  }

  stop(child?: string): void {
    const cell = child === undefined ? this.#cell : this.#cell.living.get(this.#nameOf(child))
    if (child === undefined || cell?.parent === this.#cell) void cell?.stop()
  }

  after(ms: number, message: unknown): Timer {
    return this.#cell.after(ms, message)
  }

  watch(name: string): void {
    if (!this.#cell.hears) throw new TypeError(`${this.self.name} watches, and has no terminated()`)
    if (!this.#cell.isEnding) this.#cell.living.watch(this.#cell, name) // else nobody would ever forget the watch
  }

  unwatch(name: string): void {
    this.#cell.living.deathWatch.unwatch(this.#cell, name)
  }

  /** Nobody would end what is joined after the turn. */
  #join(): Joined | undefined {
    const asker = this.#isOver ? undefined : this.envelope.settle?.signal
    return asker && this.#cell.signals.join(asker)
  }

  /** Of a child of that own name. */
  #nameOf(child: string): string {
    return `${this.self.name}/${child}`
  }

  /** What travels on with a message that is sent during this turn. */
  #onward(options: AskOptions = {}): AskOptions {
    const { deadline, trace, principal } = this.envelope
    return {
      deadline: earlier(deadline, options.deadline),
      trace: options.trace ?? trace,
      principal: options.principal ?? principal,
      sender: this.self.name,
      lane: options.lane,
      timeoutMs: options.timeoutMs,
      signal: options.signal
    }
  }
}

function earlier(a: number | undefined, b: number | undefined): number | undefined {
  if (a === undefined || b === undefined) return a ?? b
  return Math.min(a, b)
}
