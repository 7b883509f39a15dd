import type { ActorCell } from './actor-cell.ts'
import type { ActorContext } from './actor-context.ts'
import type { ActorRef, AskOptions } from './actor-ref.ts'
import type { Timer } from './clock.ts'
import type { Spawn } from './spawn-options.ts'

/** What an actor of this process may use during one turn. */
export class CellContext implements ActorContext {
  readonly deadline: number | undefined
  readonly #cell: ActorCell<unknown>

  constructor(cell: ActorCell<unknown>, deadline: number | undefined) {
    this.#cell = cell
    this.deadline = deadline
  }

  get self(): ActorRef<unknown> {
    return this.#cell.self
  }

  get signal(): AbortSignal {
    return this.#cell.signal
  }

  tell<M>(to: ActorRef<M>, message: M): void {
    to.tell(message)
  }

  ask<M, R>(to: ActorRef<M, R>, message: M, options?: AskOptions): Promise<R> {
    return to.ask(message, { ...options, deadline: earlier(this.deadline, options?.deadline) })
  }

  get spawn(): Spawn {
    return (name, source, options) => this.#cell.living.spawn(name, source, { options, parent: this.#cell })
  }

  stop(name = this.self.name): void {
    void this.#cell.living.get(name)?.stop()
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
}

function earlier(a: number | undefined, b: number | undefined): number | undefined {
  if (a === undefined || b === undefined) return a ?? b
  return Math.min(a, b)
}
