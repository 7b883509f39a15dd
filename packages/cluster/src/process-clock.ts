import { type Clock, systemClock } from '@scaled-mcp/actor'

/** The machine's time on one monotonic scale for all threads of a process; `performance.now()` has a zero per thread. */
export const processClock: Clock = {
  ...systemClock,
  monotonic() {
    const [seconds, nanoseconds] = process.hrtime()
    return seconds * 1e3 + nanoseconds / 1e6
  }
}
