import { setTimeout as delay } from 'node:timers/promises'
import type { RawSession, SeenEvent } from '@scaled-mcp/testkit'
import type { History } from '../history.ts'
import { Cut, comeBack, readOn, Unexpected } from './read-on.ts'

const LOOK_MS = 20

/** Reads a session's standalone stream as long as the session lives, whatever cuts it. */
export class Listener {
  readonly #session: RawSession
  readonly #history: History
  readonly #left = new AbortController()
  readonly #heard = new Set<string>()
  #reading: Promise<void> | undefined
  #begin = () => {}

  constructor(session: RawSession, history: History) {
    this.#session = session
    this.#history = history
  }

  /** Resolves with the first event: from there on it can come back. */
  listen(): Promise<void> {
    const begun = new Promise<void>((resolve) => {
      this.#begin = resolve
    })
    this.#reading = this.#read()
    return Promise.race([begun, this.#reading])
  }

  /** Resolves once it has heard of all of these, or `signal` says that it is enough. */
  async heard(values: readonly string[], signal: AbortSignal): Promise<void> {
    while (!signal.aborted && !values.every((value) => this.#heard.has(value))) await delay(LOOK_MS)
  }

  async leave(): Promise<void> {
    this.#left.abort()
    await this.#reading
  }

  async #read(): Promise<void> {
    const { signal } = this.#left
    while (!signal.aborted) {
      try {
        const response = await comeBack(this.#session, undefined, signal)
        for await (const event of readOn(this.#session, response, signal)) this.#take(event)
      } catch (error) {
        if (error instanceof Unexpected) return this.#deaf(error.message)
        if (!(signal.aborted || error instanceof Cut)) throw error // cut before its first event: it begins again
      }
    }
  }

  #take({ id, message }: SeenEvent): void {
    this.#begin()
    if (message?.method !== 'notifications/resources/updated') return
    const value = String(message.params?.['uri']).slice('list:///'.length)
    this.#heard.add(value)
    this.#history.add({ type: 'heard', session: this.#session.id, id: String(id), value })
  }

  /** It hears nothing any more. */
  #deaf(reason: string): void {
    this.#history.add({ type: 'deaf', session: this.#session.id, reason })
  }
}
