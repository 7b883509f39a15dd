import { randomInt } from 'node:crypto'

const LEDGERS = 4
const WATCHERS = 12
/** Values that are entered into one ledger; then it is left as it is, and another takes its place. */
const ENTRIES = 200
const WATCHERS_OF_ONE = 2

/** The actors that all sessions of a run share, by their names. */
export class SharedActors {
  readonly watchers: readonly string[] = Array.from({ length: WATCHERS }, (_, nth) => `watcher/${nth}`)
  readonly #ledgers = new Map<string, number>()
  readonly #current: string[] = []
  readonly #owed = new Map<string, Set<string>>()
  #tasks = 0

  constructor() {
    for (let nth = 0; nth < LEDGERS; nth++) this.#current.push(this.#newLedger())
  }

  /** All that were ever entered into. */
  get ledgers(): readonly string[] {
    return [...this.#ledgers.keys()]
  }

  /** Where to read. */
  anyLedger(): string {
    return this.#current[randomInt(LEDGERS)] as string
  }

  /** Where to enter one value. */
  ledgerToEnter(): string {
    const nth = randomInt(LEDGERS)
    const ledger = this.#current[nth] as string
    const entries = (this.#ledgers.get(ledger) ?? 0) + 1
    this.#ledgers.set(ledger, entries)
    if (entries === ENTRIES) this.#current[nth] = this.#newLedger()
    return ledger
  }

  /** A new task, and who is to watch it. */
  newTask(): { readonly task: string; readonly watchers: readonly string[] } {
    const first = randomInt(WATCHERS)
    const watchers = Array.from(
      { length: WATCHERS_OF_ONE },
      (_, nth) => this.watchers[(first + nth) % WATCHERS] as string
    )
    return { task: `task/${++this.#tasks}`, watchers }
  }

  /** The task has ended, and these have to be told. */
  owe(task: string, watchers: readonly string[]): void {
    for (const watcher of watchers) this.#owed.set(watcher, this.owedTo(watcher).add(task))
  }

  /** The tasks whose end a watcher has to be told of. */
  owedTo(watcher: string): Set<string> {
    return this.#owed.get(watcher) ?? new Set()
  }

  #newLedger(): string {
    const ledger = `ledger/${this.#ledgers.size}`
    this.#ledgers.set(ledger, 0)
    return ledger
  }
}
