import { type ConnectedV1, connectV1, type rotatingFetch } from '@scaled-mcp/testkit'

/** A client of the counter example that knows what its session's counter has to say next. */
export class CountingClient {
  readonly #connected: ConnectedV1
  #count = 0

  private constructor(connected: ConnectedV1) {
    this.#connected = connected
  }

  /** @param fetch where its requests go. Default: to `url`. */
  static async open(url: string, fetch?: ReturnType<typeof rotatingFetch>): Promise<CountingClient> {
    return new CountingClient(await connectV1([url], undefined, fetch))
  }

  get count(): number {
    return this.#count
  }

  /** @throws when the call fails, or when a count was lost or came twice. */
  async increment(): Promise<void> {
    const result = await this.#connected.client.callTool({ name: 'increment', arguments: {} })
    const [content] = result.content as readonly { readonly text: string }[]
    const expected = String(++this.#count)
    if (content?.text !== expected) throw new Error(`the counter says ${content?.text} instead of ${expected}`)
  }

  /** Call after call until the signal is given. */
  async incrementUntil(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) await this.increment()
  }

  close(): Promise<void> {
    return this.#connected.close()
  }
}

/**
 * Runs `change` while every client calls without a pause. Resolves with what it gave; rejects when it or one call fails or a
 * count is wrong, and not before both are over: nothing still changes when the next test begins.
 */
export async function whileCounting<T>(clients: readonly CountingClient[], change: () => Promise<T>): Promise<T> {
  const ended = new AbortController()
  const changed = change().finally(() => ended.abort())
  const load = Promise.all(clients.map((client) => client.incrementUntil(ended.signal)))
  await Promise.allSettled([changed, load])
  await load
  return changed
}
