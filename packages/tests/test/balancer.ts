import { setInterval } from 'node:timers/promises'

const CHECK_MS = 50

/** Sends each request to the next gateway that says it is ready, and to another one where the connection is refused. */
export class Balancer {
  readonly #origins: readonly string[]
  readonly #stopped = new AbortController()
  #ready: readonly string[]
  #sent = 0

  constructor(urls: readonly string[]) {
    this.#origins = urls.map((url) => new URL(url).origin)
    this.#ready = this.#origins
    void this.#check()
  }

  readonly fetch = async (url: string | URL, init?: RequestInit): Promise<Response> => {
    const { pathname, search } = new URL(url)
    for (let tries = 0; ; tries++) {
      const origin = this.#ready[this.#sent++ % this.#ready.length]
      try {
        return await fetch(new URL(pathname + search, origin), init)
      } catch (error) {
        if (!isRefused(error) || tries === this.#origins.length) throw error
      }
    }
  }

  stop(): void {
    this.#stopped.abort()
  }

  async #check(): Promise<void> {
    try {
      for await (const _ of setInterval(CHECK_MS, undefined, { signal: this.#stopped.signal })) {
        const answers = await Promise.all(this.#origins.map(isReady))
        this.#ready = this.#origins.filter((_, i) => answers[i])
      }
    } catch (error) {
      if (!this.#stopped.signal.aborted) throw error
    }
  }
}

function isReady(origin: string): Promise<boolean> {
  return fetch(`${origin}/readyz`).then(
    async (answer) => {
      await answer.text()
      return answer.ok
    },
    () => false
  )
}

function isRefused(error: unknown): boolean {
  return (error as { readonly cause?: { readonly code?: unknown } }).cause?.code === 'ECONNREFUSED'
}
