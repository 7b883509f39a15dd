/** A timer that can be given up. */
export interface Timer {
  cancel(): void
}

/** Time as a parameter, so that tests and the simulation decide how it passes. */
export interface Clock {
  /** Milliseconds that only rise; the zero is arbitrary. For durations. */
  monotonic(): number
  /** Milliseconds since 1970; may jump. For deadlines that travel. */
  wall(): number
  /** Calls `run` once, after `ms` milliseconds. Never keeps the process alive. */
  after(ms: number, run: () => void): Timer
}

/** The machine's own time. */
export const systemClock: Clock = {
  monotonic: () => performance.now(),
  wall: () => Date.now(),
  after(ms, run) {
    const timer = setTimeout(run, ms)
    timer.unref()
    return { cancel: () => clearTimeout(timer) }
  }
}
