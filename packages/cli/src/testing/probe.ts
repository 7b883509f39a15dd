import { Actor, type ActorContext, type Terminated } from '@scaled-mcp/actor'
import type { ActorKind, PlainActorDefinition } from '@scaled-mcp/server'
import { Inbox } from './inbox.ts'

/** What an actor of a probe was sent. */
export interface Received<M> {
  /** Of the actor of the probe that it was sent to. */
  readonly id: string
  readonly message: M
  /** Name of the actor that sent it; undefined when it did not say. */
  readonly sender: string | undefined
  readonly principal: string | undefined
}

/** The end of an actor that an actor of a probe watched. */
export interface Heard extends Terminated {
  /** Of the actor of the probe that watched. */
  readonly id: string
}

/** How long a test waits, and for what. */
export interface ProbeWait {
  /** Only what came to the actor of this id. Default: to any. */
  readonly id?: string | undefined
  /** In milliseconds of the machine's time, also where the cluster's is virtual. Default 2,000. */
  readonly timeoutMs?: number | undefined
}

/** What an actor of a probe does with a message once it is recorded. */
export type ProbeReceive<M, R> = (message: M, context: ActorContext<M>) => R | Promise<R>

const TIMEOUT_MS = 2_000
/** A message that is answered late keeps none from being recorded. */
const INTERLEAVE = 1_000
const kinds = new WeakSet<ActorKind>()

/** Whether actors of this kind are a probe's. */
export function isProbe(kind: ActorKind): boolean {
  return kinds.has(kind)
}

/**
 * A kind of actor that stands in for one of the author's own: it records what its actors are sent, and answers as the
 * test says. `M` is what they receive, `R` what they answer.
 */
export class Probe<M, R = unknown> {
  /** Stands under the kind's name in a server definition. */
  readonly kind: PlainActorDefinition
  readonly #received = new Inbox<Received<M>>()
  readonly #heard = new Inbox<Heard>()
  readonly #contexts = new Map<string, ActorContext<M>>()
  #receive: ProbeReceive<M, R> | undefined

  /** @param receive as {@link answer} says. Default: every ask is answered with `undefined`. */
  constructor(receive?: ProbeReceive<M, R>) {
    this.#receive = receive
    this.kind = { interleave: INTERLEAVE, create: ({ id }) => new ProbeActor(this.#actor(id)) }
    kinds.add(this.kind)
  }

  /** All messages so far, taken by {@link next} or not. */
  get received(): readonly Received<M>[] {
    return this.#received.all
  }

  /** All ends so far, taken by {@link terminated} or not. */
  get heard(): readonly Heard[] {
    return this.#heard.all
  }

  /** From now on asks are answered with what `receive` returns, and fail with what it throws. */
  answer(receive: ProbeReceive<M, R>): void {
    this.#receive = receive
  }

  /** The oldest message that was not taken yet. Rejects with {@link ProbeTimeout}. */
  next({ id, timeoutMs = TIMEOUT_MS }: ProbeWait = {}): Promise<Received<M>> {
    const what = `a message to ${id === undefined ? 'the probe' : `the probe's actor ${id}`}`
    return this.#received.take({ what, timeoutMs, matches: (received) => id === undefined || received.id === id })
  }

  /** The oldest end of the actor `name` that was not taken yet. Rejects with {@link ProbeTimeout}. */
  terminated(name: string, { id, timeoutMs = TIMEOUT_MS }: ProbeWait = {}): Promise<Heard> {
    const what = `the news of the end of ${name} to ${id === undefined ? 'the probe' : `the probe's actor ${id}`}`
    const matches = (heard: Heard) => heard.name === name && (id === undefined || heard.id === id)
    return this.#heard.take({ what, timeoutMs, matches })
  }

  /**
   * What the actor of this id has at hand: to watch, tell, ask and stop in its name.
   * @throws Error when it does not live: its first message activates it.
   */
  as(id: string): ActorContext<M> {
    const context = this.#contexts.get(id)
    if (!context) throw new Error(`the probe has no living actor ${id}: a message activates it`)
    return context
  }

  #actor(id: string): ProbeRecord<M, R> {
    return {
      started: (context) => this.#contexts.set(id, context),
      receive: (message, context) => {
        const { sender, principal } = context
        this.#received.put({ id, message, sender: sender?.name, principal })
        return this.#receive?.(message, context) as R | Promise<R>
      },
      heard: (terminated) => this.#heard.put({ ...terminated, id }),
      stopped: (context) => {
        if (this.#contexts.get(id) === context) this.#contexts.delete(id)
      }
    }
  }
}

/** One actor, as its probe hears of it. */
interface ProbeRecord<M, R> {
  started(context: ActorContext<M>): void
  receive(message: M, context: ActorContext<M>): R | Promise<R>
  heard(terminated: Terminated): void
  stopped(context: ActorContext<M> | undefined): void
}

class ProbeActor<M, R> extends Actor<M, R> {
  readonly #record: ProbeRecord<M, R>
  #context: ActorContext<M> | undefined

  constructor(record: ProbeRecord<M, R>) {
    super()
    this.#record = record
  }

  override start(context: ActorContext<M>): void {
    this.#context = context
    this.#record.started(context)
  }

  override receive(message: M, context: ActorContext<M>): R | Promise<R> {
    return this.#record.receive(message, context)
  }

  override terminated(terminated: Terminated): void {
    this.#record.heard(terminated)
  }

  override stop(): void {
    this.#record.stopped(this.#context)
  }
}
