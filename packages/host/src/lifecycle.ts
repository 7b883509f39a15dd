/**
 * The long-lived parts of a process, ended in the reverse of the order in which they were started.
 *
 * L1. Last in, first out: a part may rely on those before it until its own end.
 * L2. Everything is drained before anything is stopped.
 * L3. A part that fails does not keep the others from ending; what failed is thrown when all have ended.
 * L4. Each part is drained once and stopped once, however often it is asked for.
 */

/** Something long-lived, already started. */
export interface Part {
  /** Takes no new work, and hands on or finishes what it has. */
  drain?(): Promise<void> | void
  /** Lets go of everything, promptly. */
  stop?(): Promise<void> | void
}

type Phase = 'drain' | 'stop'

export class Lifecycle {
  readonly #parts: { readonly name: string; readonly part: Part }[] = []
  readonly #leaving = new AbortController()
  #drained: Promise<void> | undefined
  #stopped: Promise<void> | undefined

  /** Aborted when the process begins to end: whoever still waits to start gives up. */
  get signal(): AbortSignal {
    return this.#leaving.signal
  }

  /** Registers a part that has been started, and returns it. */
  add<P extends Part>(name: string, part: P): P {
    this.#parts.push({ name, part })
    return part
  }

  /** Says that the process is going to end. */
  leave(): void {
    this.#leaving.abort()
  }

  /** @throws {AggregateError} when parts failed to drain, once all have been asked to. */
  drain(): Promise<void> {
    this.leave()
    this.#drained ??= this.#end('drain') // L4
    return this.#drained
  }

  /** @throws {AggregateError} when parts failed to stop, once all have been asked to. */
  stop(): Promise<void> {
    this.leave()
    this.#stopped ??= this.#end('stop') // L4
    return this.#stopped
  }

  async #end(phase: Phase): Promise<void> {
    const failures: Error[] = []
    // L1
    for (const { name, part } of this.#parts.toReversed()) {
      try {
        await part[phase]?.()
      } catch (cause) {
        failures.push(new Error(`${name} failed to ${phase}`, { cause })) // L3
      }
    }
    if (failures.length > 0) throw new AggregateError(failures, `${failures.length} parts failed to ${phase}`)
  }
}
