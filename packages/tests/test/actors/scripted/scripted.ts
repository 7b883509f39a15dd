import { setTimeout as delay } from 'node:timers/promises'
import { Actor, type ActorContext, type ActorRef, type Terminated } from '@scaled-mcp/actor'
import type { SessionState } from '@scaled-mcp/server'
import type { Asked, End, Order, Tally, To, Told } from './order.ts'

/** Longer than any claim takes. */
const WAIT_MS = 60_000

/** Instances that this process has made, by name. */
const made = new Map<string, number>()
/** What updates of this process were refused with, by the name of their actor. */
const refusals = new Map<string, string[]>()

export interface ScriptedInit {
  readonly name: string
  readonly state?: SessionState<Tally>
  /** Whether the first instance of this process throws as it starts. */
  readonly isShaky?: boolean
  /** How long it takes to start, in milliseconds. */
  readonly startMs?: number
  /** Whether it throws as it stops. */
  readonly throwsAtStop?: boolean
}

/** Something that a turn does: the order, and the context of its message. */
type Deeds = {
  readonly [D in Order['do']]: (order: Extract<Order, { readonly do: D }>, context: ActorContext<Order>) => unknown
}

/** Does as it is told, on whichever worker it lives. */
export class Scripted extends Actor<Order, unknown> {
  readonly #init: ScriptedInit
  readonly #instance: number
  readonly #notes: string[] = []
  readonly #ends: End[] = []
  readonly #waiting: (() => void)[] = []
  #running = 0
  #atOnce = 0
  #lastWords: (() => void) | undefined

  constructor(init: ScriptedInit) {
    super()
    this.#init = init
    this.#instance = (made.get(init.name) ?? 0) + 1
    made.set(init.name, this.#instance)
  }

  override async start(): Promise<void> {
    await delay(this.#init.startMs ?? 0)
    if (this.#init.isShaky && this.#instance === 1)
      throw Object.assign(new Error('cannot start yet'), { code: 'SHAKY' })
  }

  override async receive(order: Order, context: ActorContext<Order>): Promise<unknown> {
    this.#atOnce = Math.max(this.#atOnce, ++this.#running)
    try {
      const deed = this.#deeds[order.do] as (order: Order, context: ActorContext<Order>) => unknown
      return await deed(order, context)
    } finally {
      this.#running--
    }
  }

  override terminated({ name, reason }: Terminated): void {
    const { kind } = reason
    const error = kind === 'failed' ? { error: (reason.error as Error).message } : {}
    this.#ends.push({ name, kind, ...error, ...(kind === 'lost' && { worker: reason.worker }) })
  }

  override stop(): void {
    this.#lastWords?.()
    if (this.#init.throwsAtStop) throw new Error('cannot stop')
  }

  readonly #deeds: Deeds = {
    answer: ({ value }) => value,
    'answer a function': () => () => undefined,
    throw: ({ name = 'Error', message = 'thrown by the actor', code }) => {
      throw Object.assign(new Error(message), { name, ...(code !== undefined && { code }) })
    },
    note: ({ text }) => this.#note(text),
    'read notes': () => [...this.#notes],
    sleep: async ({ ms, note }) => {
      await delay(ms)
      if (note !== undefined) this.#note(note)
    },
    wait: ({ gate }, context) => context.getOrActivate('gate', gate).ask({ do: 'pass' }, { timeoutMs: WAIT_MS }),
    'wait for abort': async ({ note }, { signal }) => {
      await delay(WAIT_MS, undefined, { signal }).catch(() => this.#note(note))
    },
    pass: () => new Promise<void>((resolve) => this.#waiting.push(resolve)),
    open: () => {
      for (const pass of this.#waiting.splice(0)) pass()
    },
    'count waiting': () => this.#waiting.length,
    'count at once': () => this.#atOnce,
    'count instances': () => made.get(this.#init.name),
    'tell context': (_order, context) => told(context),
    ask: async ({ to, order, timeoutMs }, context): Promise<Asked> => {
      return { own: told(context), answer: await context.ask(refTo(context, to), order, { timeoutMs }) }
    },
    tell: ({ to, order }, context) => context.tell(refTo(context, to), order),
    reply: ({ order }, context) => context.sender && context.tell(context.sender, order),
    watch: ({ name }, context) => context.watch(name),
    unwatch: ({ name }, context) => context.unwatch(name),
    'read ends': () => [...this.#ends],
    'set timer': ({ ms, order }, context) => void context.after(ms, order),
    stop: ({ child }, context) => context.stop(child),
    'say when you stop': ({ to, text }, context) => {
      const ref = refTo(context, to)
      this.#lastWords = () => ref.tell({ do: 'note', text })
    },
    'spawn child': async ({ name, onFailure = 'resume' }, context) => {
      const child = new Scripted({ name: `${this.#init.name}/${name}` })
      const ref = await context.spawn<Order, unknown>(name, child, { supervision: { onFailure } })
      return ref.name
    },
    'ask child': async ({ name, order }, context) => {
      return context.ask(await context.actorOf<Order>(`${this.#init.name}/${name}`), order)
    },
    add: async ({ ms = 0 }) => {
      await delay(ms)
      return this.#update(({ count, ...rest }) => ({ ...rest, count: count + 1 }))
    },
    pad: async ({ bytes }) => {
      await this.#update((tally) => ({ ...tally, padding: 'x'.repeat(bytes) }))
    },
    'read state': () => this.#state.get(),
    'read refusals': ({ name }) => refusals.get(name) ?? []
  }

  async #update(change: (tally: Tally) => Tally): Promise<Tally> {
    const { name } = this.#init
    try {
      return await this.#state.update(change)
    } catch (error) {
      refusals.set(name, [...(refusals.get(name) ?? []), (error as Error).name])
      throw error
    }
  }

  get #state(): SessionState<Tally> {
    if (!this.#init.state) throw new TypeError(`${this.#init.name} has no durable state`)
    return this.#init.state
  }

  #note(text: string): string {
    this.#notes.push(text)
    return text
  }
}

function refTo(context: ActorContext<Order>, [kind, id]: To): ActorRef<Order> {
  return context.getOrActivate(kind, id)
}

function told({ sender, deadline, trace, principal }: ActorContext<Order>): Told {
  return {
    ...(sender && { sender: sender.name }),
    ...(deadline !== undefined && { deadline }),
    ...(trace !== undefined && { trace }),
    ...(principal !== undefined && { principal })
  }
}
