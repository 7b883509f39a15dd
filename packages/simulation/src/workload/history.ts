import type { Operation } from './operation.ts'
import type { StreamSight } from './stream-sight.ts'

/** Everything that clients asked for in one run, in the order in which they asked, and the streams that they followed. */
export class History {
  readonly #operations: Operation[] = []
  readonly #sights: StreamSight[] = []

  get operations(): readonly Operation[] {
    return this.#operations
  }

  get sights(): readonly StreamSight[] {
    return this.#sights
  }

  follow(sight: StreamSight): void {
    this.#sights.push(sight)
  }

  /** Writes down what was asked for. Returns where to write what became of it. */
  invoked(operation: Operation): number {
    return this.#operations.push(operation) - 1
  }

  returned(index: number, end: Partial<Operation>): Operation {
    const operation = { ...(this.#operations[index] as Operation), ...end }
    this.#operations[index] = operation
    return operation
  }

  /** One operation per line, as public checkers read it. */
  toJsonl(): string {
    return this.#operations.map((operation) => `${JSON.stringify(operation)}\n`).join('')
  }
}
