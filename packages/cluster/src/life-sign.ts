import type { Clock } from '@scaled-mcp/actor'

export interface LifeSignComponents {
  /** Its monotonic scale must be the same for everyone who shares the memory. */
  readonly clock: Pick<Clock, 'monotonic'>
  /** Shared by the threads; {@link LifeSign.bytes} long. */
  readonly memory: SharedArrayBuffer
}

const SHOWN_AT = 0
const LOAD = 1

/** Where one thread shows others that it still works, and how much it has to do; it may be blocked when they look. */
export class LifeSign {
  /** Size of the memory that a life sign is kept in. */
  static readonly bytes = 2 * BigInt64Array.BYTES_PER_ELEMENT
  readonly #clock: LifeSignComponents['clock']
  readonly #cells: BigInt64Array

  constructor({ clock, memory }: LifeSignComponents) {
    this.#clock = clock
    this.#cells = new BigInt64Array(memory, 0, 2)
  }

  /** Milliseconds since the last sign. */
  get silentMs(): number {
    return this.#clock.monotonic() - Number(Atomics.load(this.#cells, SHOWN_AT))
  }

  /** As of the last sign. */
  get load(): number {
    return Number(Atomics.load(this.#cells, LOAD))
  }

  show(load: number): void {
    Atomics.store(this.#cells, LOAD, BigInt(load))
    Atomics.store(this.#cells, SHOWN_AT, BigInt(Math.floor(this.#clock.monotonic())))
  }
}
