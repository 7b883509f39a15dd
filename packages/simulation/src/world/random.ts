const TWO_TO_32 = 2 ** 32
const TOKEN = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'

/** Random numbers that a seed determines: Chris Doty-Humphrey's sfc32, small and fast, with a state of 128 bits. */
export class Random {
  #a: number
  #b = 0x9e3779b9
  #c = 0x243f6a88
  #counter = 1

  /** @param seed an integer. */
  constructor(seed: number) {
    this.#a = seed | 0
    for (let i = 0; i < 16; i++) this.next() // the first numbers of neighbouring seeds are alike
  }

  /** From 0 up to 1, as `Math.random`. */
  readonly next = (): number => {
    const sum = (this.#a + this.#b + this.#counter++) | 0
    this.#a = this.#b ^ (this.#b >>> 9)
    this.#b = (this.#c + (this.#c << 3)) | 0
    this.#c = ((this.#c << 21) | (this.#c >>> 11)) + sum
    return (sum >>> 0) / TWO_TO_32
  }

  between(low: number, high: number): number {
    return low + this.next() * (high - low)
  }

  /** From `low` to `high`, both included. */
  integer(low: number, high: number): number {
    return Math.floor(this.between(low, high + 1))
  }

  chance(probability: number): boolean {
    return this.next() < probability
  }

  /** Waits of this kind are as if each moment were as likely as the next to end them. */
  exponential(mean: number): number {
    return -mean * Math.log(1 - this.next())
  }

  /** One of `items`, undefined when there is none. */
  pick<T>(items: readonly T[]): T | undefined {
    return items[this.integer(0, items.length - 1)]
  }

  /** `length` characters of base64url. */
  token(length: number): string {
    return Array.from({ length }, () => TOKEN[this.integer(0, TOKEN.length - 1)]).join('')
  }

  /** Numbers of their own for one part of a run: what it draws shifts nobody else's. */
  fork(): Random {
    return new Random(this.integer(0, TWO_TO_32 - 1))
  }
}
