/**
 * All that happened in a run, in the order in which it was seen: one JSON object a line, so that other checkers can read
 * it. Times are milliseconds since the beginning.
 */
import { createWriteStream, type WriteStream } from 'node:fs'
import { finished } from 'node:stream/promises'
import type { FaultName } from './arena/faults.ts'

/** What a client does: opens and ends sessions, and calls the tools of `servers/list-module.ts`. */
export type Deed = 'open' | 'append' | 'put' | 'list' | 'follow' | 'end' | ActorDeed

/** What it does by way of its session to actors that all sessions share: tools of `servers/actor-tools.ts`. */
export type ActorDeed = 'enter' | 'read' | 'retire' | 'ends' | 'close'

/**
 * How a deed ended. `fail`: it did not run, or was answered wrongly. `interrupted`: nobody knows whether it ran.
 */
export type Ending =
  | { readonly type: 'ok'; readonly value?: unknown }
  | { readonly type: 'fail' | 'interrupted'; readonly reason: string }

export interface Invoked {
  readonly type: 'invoke'
  /** Counts the deeds of the run. */
  readonly op: number
  readonly f: Deed
  readonly client: number
  /** Undefined while there is none. */
  readonly session?: string
  readonly value?: string
  /** Name of the shared actor that it is about. */
  readonly actor?: string
  /** Of a task: who watches it. */
  readonly watchers?: readonly string[]
}

export type Ended = Ending & Omit<Invoked, 'type' | 'value'>

/** An event of a session's standalone stream. */
export interface Heard {
  readonly type: 'heard'
  readonly session: string
  readonly id: string
  readonly value: string
}

/** A session's standalone stream was refused for good. */
interface Deaf {
  readonly type: 'deaf'
  readonly session: string
  readonly reason: string
}

export interface Struck {
  readonly type: 'strike'
  /** Counts the faults of the run. */
  readonly strike: number
  readonly f: FaultName
  /** Id of the worker that is struck, when it strikes one. */
  readonly victim?: string
  /** Sessions that this fault does not touch: another worker owns them. */
  readonly spared: readonly string[]
  /** Sessions whose owner is struck, as far as it is known. */
  readonly struck: readonly string[]
}

/** Everything that was struck is back. */
interface Healed {
  readonly type: 'healed'
  readonly strike: number
}

type Happening = Invoked | Ended | Heard | Deaf | Struck | Healed

export type HistoryEvent = Happening & { readonly at: number }

export class History {
  readonly #began = performance.now()
  readonly #events: HistoryEvent[] = []
  readonly #file: WriteStream | undefined
  #ops = 0

  /** @param path of a file that it is written to as it happens. */
  constructor(path?: string) {
    this.#file = path === undefined ? undefined : createWriteStream(path)
  }

  get events(): readonly HistoryEvent[] {
    return this.#events
  }

  /** Begins a deed; gives what its {@link Ended} needs. */
  invoke(deed: Omit<Invoked, 'type' | 'op'>): Omit<Invoked, 'type'> {
    const invoked = { ...deed, op: ++this.#ops }
    this.add({ type: 'invoke', ...invoked })
    return invoked
  }

  add(happening: Happening): void {
    const event = { at: Math.round(performance.now() - this.#began), ...happening }
    this.#events.push(event)
    this.#file?.write(`${JSON.stringify(event)}\n`)
  }

  /** Resolves when everything is in the file. */
  async close(): Promise<void> {
    if (!this.#file) return
    this.#file.end()
    await finished(this.#file)
  }
}
