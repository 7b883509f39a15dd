import { Actor, type ActorContext, type Terminated } from '@scaled-mcp/actor'
import { defineActor, type SessionState } from '@scaled-mcp/server'

export type WatcherOrder =
  | { readonly do: 'watch'; readonly name: string }
  | { readonly do: 'read ends' }
  | { readonly do: 'close' }

/** An end that the watcher was told of. */
interface End {
  readonly name: string
  readonly kind: string
  readonly worker?: string
}

interface Watches {
  readonly names: readonly string[]
  readonly ends: readonly End[]
}

/** Watches others until each has ended, whichever worker it is on itself, and keeps every end that it is told of. */
class Watcher extends Actor<WatcherOrder, unknown> {
  readonly #state: SessionState<Watches>

  constructor(state: SessionState<Watches>) {
    super()
    this.#state = state
  }

  /** What an instance before this one has watched, and was not told of, it watches on. */
  override start(context: ActorContext<WatcherOrder>): void {
    for (const name of this.#state.get().names) this.#watchOn(name, context)
  }

  override async receive(order: WatcherOrder, context: ActorContext<WatcherOrder>): Promise<unknown> {
    if (order.do === 'read ends') return this.#state.get().ends
    if (order.do === 'close') return context.stop()
    const { name } = order
    await this.#state.update(({ names, ends }) => ({ names: [...names.filter((other) => other !== name), name], ends }))
    this.#watchOn(name, context)
    return undefined
  }

  override async terminated({ name, reason }: Terminated, context: ActorContext<WatcherOrder>): Promise<void> {
    const end = { name, kind: reason.kind, ...(reason.kind === 'lost' && { worker: reason.worker }) }
    try {
      await this.#state.update(({ names, ends }) => ({ names, ends: [...ends, end] }))
    } catch (error) {
      this.#watchOn(name, context) // it is told again what it could not keep
      throw error
    }
  }

  #watchOn(name: string, context: ActorContext<WatcherOrder>): void {
    if (!this.#state.get().ends.some((end) => end.name === name)) context.watch(name)
  }
}

export const watcher = defineActor<Watches>({
  state: { version: 1, initial: () => ({ names: [], ends: [] }) },
  create: ({ state }) => new Watcher(state)
})
