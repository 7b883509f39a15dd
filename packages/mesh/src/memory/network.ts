/**
 * How things travel between the processes and the broker of a memory mesh.
 *
 * Each method calls what it is given later, in the order of its calls for one process; or never, when that is lost.
 */
export interface Network {
  /** From `process` to the broker. */
  up(process: string, arrive: () => void): void
  /** From the broker to `process`. */
  down(process: string, arrive: () => void): void
  /** A request of `process` has reached the store. Calling `apply` twice is what a request that came twice does. */
  store(process: string, apply: () => void): void
}

/** A network that loses nothing, in the order of `schedule`. */
export function reliable(schedule: (run: () => void) => void): Network {
  return {
    up: (_process, arrive) => schedule(arrive),
    down: (_process, arrive) => schedule(arrive),
    store: (_process, apply) => apply()
  }
}
