import type { Deed, Ending, HistoryEvent, Invoked } from '../src/history.ts'

const UNKNOWN = ['session_moved', 'actor_moved', 'cut', 'store']
const session = 'mine'

/** The history of one session, told by hand. */
export class Story {
  readonly events: HistoryEvent[] = []
  #ops = 0
  #strikes = 0
  #heard = 0

  append(value: string, outcome: string): this {
    return this.#did('append', value, endingOf(outcome, value))
  }

  put(value: string, outcome: string): this {
    return this.#did('put', value, endingOf(outcome, value))
  }

  /** A deed that was answered with another value than it asked with. */
  answered(f: Deed, value: string, answer: string, about: Pick<Invoked, 'actor'> = {}): this {
    return this.#did(f, value, { type: 'ok', value: answer }, about)
  }

  list(...values: readonly string[]): this {
    return this.#did('list', undefined, { type: 'ok', value: values })
  }

  end(): this {
    return this.#did('end', undefined, { type: 'ok' })
  }

  /** A value for the ledger that all sessions share. */
  enter(value: string, outcome: string): this {
    return this.#did('enter', value, endingOf(outcome, value), { actor: 'ledger/1' })
  }

  /** What the ledger holds. */
  read(...values: readonly string[]): this {
    return this.#did('read', undefined, { type: 'ok', value: values }, { actor: 'ledger/1' })
  }

  /** A task that has ended; the watcher is to be told. */
  retire(actor: string): this {
    return this.#did('retire', undefined, { type: 'ok', value: actor }, { actor, watchers: ['watcher/1'] })
  }

  /** What the watcher was told: `task/1 stopped`, or `task/1 lost w-1`. */
  ends(...told: readonly string[]): this {
    const value = told.map((one) => {
      const [name, kind, worker] = one.split(' ')
      return { name, kind, ...(worker && { worker }) }
    })
    return this.#did('ends', undefined, { type: 'ok', value }, { actor: 'watcher/1' })
  }

  begun(f: Deed, value: string): this {
    this.#add({ type: 'invoke', op: ++this.#ops, f, client: 1, session, value })
    return this
  }

  heard(...values: readonly string[]): this {
    for (const value of values) this.#add({ type: 'heard', session, id: `e.${++this.#heard}`, value })
    return this
  }

  deaf(): this {
    this.#add({ type: 'deaf', session, reason: '404' })
    return this
  }

  /** From here on a fault goes on; the worker that is struck is `w-1`. */
  strike(f: string, how: 'struck' | 'spared' = 'struck'): this {
    const of = (wanted: string) => (how === wanted ? [session] : [])
    this.#add({ type: 'strike', strike: ++this.#strikes, f, victim: 'w-1', struck: of('struck'), spared: of('spared') })
    return this
  }

  healed(): this {
    this.#add({ type: 'healed', strike: this.#strikes })
    return this
  }

  #did(f: Deed, value: string | undefined, ending: Ending, about: Pick<Invoked, 'actor' | 'watchers'> = {}): this {
    const op = ++this.#ops
    this.#add({ type: 'invoke', op, f, client: 1, session, ...about, ...(value !== undefined && { value }) })
    this.#add({ ...ending, op, f, client: 1, session })
    return this
  }

  #add(happening: Record<string, unknown>): void {
    this.events.push({ at: this.events.length * 10, ...happening } as HistoryEvent)
  }
}

function endingOf(outcome: string, value: string): Ending {
  if (outcome === 'ok') return { type: 'ok', value }
  return { type: UNKNOWN.includes(outcome) ? 'interrupted' : 'fail', reason: outcome }
}
