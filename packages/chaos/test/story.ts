import type { Deed, Ending, HistoryEvent } from '../src/history.ts'

const UNKNOWN = ['session_moved', 'cut', 'store']
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
  answered(f: Deed, value: string, answer: string): this {
    return this.#did(f, value, { type: 'ok', value: answer })
  }

  list(...values: readonly string[]): this {
    return this.#did('list', undefined, { type: 'ok', value: values })
  }

  end(): this {
    return this.#did('end', undefined, { type: 'ok' })
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

  /** From here on a fault goes on. */
  strike(f: string, how: 'struck' | 'spared' = 'struck'): this {
    const of = (wanted: string) => (how === wanted ? [session] : [])
    this.#add({ type: 'strike', strike: ++this.#strikes, f, struck: of('struck'), spared: of('spared') })
    return this
  }

  healed(): this {
    this.#add({ type: 'healed', strike: this.#strikes })
    return this
  }

  #did(f: Deed, value: string | undefined, ending: Ending): this {
    const op = ++this.#ops
    this.#add({ type: 'invoke', op, f, client: 1, session, ...(value !== undefined && { value }) })
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
