/** A timer that can be given up. */
export interface Timer {
  cancel(): void
}

/** Time as a parameter: the same shape as the actor package's clock, so that one clock drives both. */
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

/** Resolves after `ms` milliseconds. */
export function pause(clock: Clock, ms: number): Promise<void> {
  return new Promise((resolve) => {
    clock.after(ms, resolve)
  })
}
