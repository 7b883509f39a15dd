import type { ActorErrorCode } from './actor-error.ts'
import type { Termination } from './terminated.ts'

/** What happens to the actors of a system. `name` is the actor's. */
export type ActorEvent =
  | { readonly kind: 'deadLetter'; readonly name: string; readonly message: unknown; readonly reason: ActorErrorCode }
  | { readonly kind: 'restarting'; readonly name: string; readonly error: unknown; readonly pauseMs: number }
  | { readonly kind: 'terminated'; readonly name: string; readonly reason: Termination }

/** Hears of an event before whatever caused it goes on, so it should be quick. */
export type ActorEventListener = (event: ActorEvent) => void

export interface EventStreamComponents {
  /** Told of what a listener threw, which changes nothing for actors and other listeners. */
  readonly failed: (name: string, error: unknown) => void
}

/** The events of one system, for whoever listens. */
export class EventStream {
  readonly #failed: EventStreamComponents['failed']
  readonly #listeners = new Set<{ readonly hear: ActorEventListener }>()

  constructor({ failed }: EventStreamComponents) {
    this.#failed = failed
  }

  /** @returns ends the subscription. */
  subscribe(hear: ActorEventListener): () => void {
    const listener = { hear }
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  publish(event: ActorEvent): void {
    for (const { hear } of this.#listeners) {
      try {
        hear(event)
      } catch (error) {
        this.#failed(event.name, error)
      }
    }
  }
}
