import { Actor, type ActorContext, type Terminated } from '../../src/index.ts'

type Script = (context: ActorContext) => unknown

/** What {@link Scripted} takes: something to do, an error to throw, or a text to answer. */
export type Order = Script | Error | string

/** What a test wants done when an instance starts and stops. */
export interface ScriptedInit {
  readonly start?: (context: ActorContext, instance: number) => void | Promise<void>
  readonly stop?: () => void | Promise<void>
  readonly terminated?: (terminated: Terminated) => void | Promise<void>
}

/** Actors that do as they are told, and what has become of them. */
export class Cast {
  /** Instances made, by name. */
  readonly made = new Map<string, number>()
  /** In order: `name:start`, `name:stop`, and every text that was received as `name:text`. */
  readonly seen: string[] = []
  /** In order: who was told of whose end. */
  readonly told: (Terminated & { readonly watcher: string })[] = []

  actor(name: string, init: ScriptedInit = {}): Scripted {
    return new Scripted(this, name, init)
  }

  /** Of a name that may be made anew. */
  maker(name: string, init: ScriptedInit = {}): () => Scripted {
    return () => this.actor(name, init)
  }
}

class Scripted extends Actor<Order, unknown> {
  readonly #cast: Cast
  readonly #name: string
  readonly #init: ScriptedInit
  readonly #instance: number

  constructor(cast: Cast, name: string, init: ScriptedInit) {
    super()
    this.#cast = cast
    this.#name = name
    this.#init = init
    this.#instance = (cast.made.get(name) ?? 0) + 1
    cast.made.set(name, this.#instance)
  }

  override async start(context: ActorContext) {
    this.#cast.seen.push(`${this.#name}:start`)
    await this.#init.start?.(context, this.#instance)
  }

  override receive(order: Order, context: ActorContext): unknown {
    if (order instanceof Error) throw order
    if (typeof order === 'function') return order(context)
    this.#cast.seen.push(`${this.#name}:${order}`)
    return `${order} ${this.#instance}`
  }

  override terminated(terminated: Terminated) {
    this.#cast.told.push({ watcher: this.#name, ...terminated })
    return this.#init.terminated?.(terminated)
  }

  override async stop() {
    this.#cast.seen.push(`${this.#name}:stop`)
    await this.#init.stop?.()
  }
}

/** Lets everything happen that needs no time to pass. */
export function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}
