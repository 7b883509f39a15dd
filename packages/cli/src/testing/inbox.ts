/** A wait that a test was not to make in vain. Branch on `code`. */
export class ProbeTimeout extends Error {
  readonly code = 'ProbeTimeout'

  constructor(what: string, ms: number) {
    super(`${what} did not come within ${ms} ms`)
    this.name = 'ProbeTimeout'
  }
}

/** What a test waits for. */
export interface Wanted<T> {
  /** Names it in the error. */
  readonly what: string
  readonly matches: (item: T) => boolean
  /** How long to wait, in milliseconds of the machine's time. */
  readonly timeoutMs: number
}

interface Waiting<T> {
  readonly matches: (item: T) => boolean
  readonly take: (item: T) => void
}

/** What has come, each for one taker, oldest first. */
export class Inbox<T> {
  readonly #all: T[] = []
  readonly #untaken: T[] = []
  readonly #waiting = new Set<Waiting<T>>()

  /** All that has come, taken or not. */
  get all(): readonly T[] {
    return [...this.#all]
  }

  put(item: T): void {
    this.#all.push(item)
    for (const waiting of this.#waiting) {
      if (!waiting.matches(item)) continue
      this.#waiting.delete(waiting)
      waiting.take(item)
      return
    }
    this.#untaken.push(item)
  }

  /** The oldest that matches and that nobody has taken. Rejects with {@link ProbeTimeout}. */
  async take({ what, matches, timeoutMs }: Wanted<T>): Promise<T> {
    const index = this.#untaken.findIndex(matches)
    if (index >= 0) return this.#untaken.splice(index, 1)[0] as T
    const failure = new ProbeTimeout(what, timeoutMs) // made here, its stack tells of the test that waits
    return new Promise<T>((resolve, reject) => {
      const take = (item: T) => {
        clearTimeout(timer)
        resolve(item)
      }
      const waiting = { matches, take }
      const timer = setTimeout(() => {
        this.#waiting.delete(waiting)
        reject(failure)
      }, timeoutMs)
      this.#waiting.add(waiting)
    })
  }
}
