import { setTimeout as delay } from 'node:timers/promises'
import { until } from '@scaled-mcp/testkit'
import { HttpConnection } from '../load/http-connection.ts'
import { ListeningClient } from '../streams/listening-client.ts'

const CALL_EVERY_MS = 50

/** Clients that stay: each listens all along, and calls now and then. */
export class Residents {
  readonly #clients: readonly ListeningClient[]

  private constructor(clients: readonly ListeningClient[]) {
    this.#clients = clients
  }

  static async open(urls: readonly string[], count: number): Promise<Residents> {
    const clients: ListeningClient[] = []
    for (let i = 0; i < count; i++) {
      const url = new URL(urls[i % urls.length] as string)
      const connection = new HttpConnection(url)
      const client = await ListeningClient.open(url, connection, i)
      connection.close()
      await client.listen()
      clients.push(client)
    }
    return new Residents(clients)
  }

  /** An event of one of them. */
  get anEvent(): string {
    return this.#clients[0]?.stream.lastEventId as string
  }

  /** They call, one after the other, while something else goes on. Rejects when one does not hear what it caused. */
  async callDuring<T>(work: Promise<T>): Promise<T> {
    let isOver = false
    const done = work.finally(() => {
      isOver = true
    })
    for (let i = 0; !isOver; i++) {
      const client = this.#clients[i % this.#clients.length] as ListeningClient
      client.changedAt = undefined
      await client.call('announce')
      await until(() => client.changedAt !== undefined, { timeoutMs: 30_000, describe: 'a resident has heard' })
      await delay(CALL_EVERY_MS)
    }
    return done
  }

  close(): void {
    for (const client of this.#clients) client.close()
  }
}
