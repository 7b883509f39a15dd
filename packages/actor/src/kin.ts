import type { Actor } from './actor.ts'
import type { ActorCell } from './actor-cell.ts'
import type { Clock } from './clock.ts'
import { Pause } from './pause.ts'
import { RestartBudget } from './restart-budget.ts'
import type { Supervision } from './supervision.ts'
import { Timers, type TimersComponents } from './timers.ts'

export interface KinInit {
  /** Undefined below the root. */
  readonly parent?: ActorCell<unknown> | undefined
  readonly supervision?: Supervision | undefined
  /** Makes a new instance, for a restart. */
  readonly make?: (() => Actor<unknown>) | undefined
}

/** What only some actors have: parent, children, supervision, timers. Idle actors are many, and most are without. */
export class Kin {
  readonly #init: KinInit
  #budget: RestartBudget | undefined
  #children: Set<ActorCell<unknown>> | undefined
  #pause: Pause | undefined
  #timers: Timers<unknown> | undefined

  constructor(init: KinInit) {
    this.#init = init
  }

  get parent(): ActorCell<unknown> | undefined {
    return this.#init.parent
  }

  get supervision(): Supervision | undefined {
    return this.#init.supervision
  }

  get make(): (() => Actor<unknown>) | undefined {
    return this.#init.make
  }

  budget(random: () => number): RestartBudget {
    this.#budget ??= new RestartBudget(this.#init.supervision?.restarts, random)
    return this.#budget
  }

  /** Of the instance that lives now. */
  timers(components: TimersComponents): Timers<unknown> {
    this.#timers ??= new Timers(components)
    return this.#timers
  }

  endTimers(): void {
    this.#timers?.cancelAll()
    this.#timers = undefined
  }

  /** The pause before a restart, while it lasts. */
  get pause(): Pause | undefined {
    return this.#pause
  }

  /** Resolves after `ms` milliseconds, or when the pause is ended. */
  sleep(clock: Clock, ms: number): Promise<void> {
    this.#pause = new Pause(clock, ms)
    return this.#pause.over
  }

  /** Whether it has neither a child nor a timer. */
  get isAlone(): boolean {
    return (this.#children?.size ?? 0) === 0 && (this.#timers?.areNone ?? true)
  }

  adopt(child: ActorCell<unknown>): void {
    this.#children ??= new Set()
    this.#children.add(child)
  }

  forget(child: ActorCell<unknown>): void {
    this.#children?.delete(child)
  }

  /** Resolves once all have ended. */
  async endChildren(): Promise<void> {
    const children = [...(this.#children ?? [])]
    await Promise.all(children.map((child) => child.stop()))
  }
}
