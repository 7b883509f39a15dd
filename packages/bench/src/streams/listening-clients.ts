import { HttpConnection } from '../load/http-connection.ts'
import { ListeningClient } from './listening-client.ts'

const AT_ONCE = 32

/** Clients of one gateway, opened and set to listen some at a time. */
export class ListeningClients {
  readonly all: ListeningClient[] = []
  readonly #url: URL

  constructor(url: string) {
    this.#url = new URL(url)
  }

  /** Opens sessions until there are `count`. */
  async openUpTo(count: number): Promise<void> {
    const url = this.#url
    let next = this.all.length
    await inLanes(async () => {
      const connection = new HttpConnection(url)
      while (next < count) {
        const nth = next++
        this.all[nth] = await ListeningClient.open(url, connection, nth)
      }
      connection.close()
    })
  }

  /** Makes clients listen, the first ones first, until `count` do. */
  async listenUpTo(count: number): Promise<void> {
    const silent = this.all.slice(0, count).filter(({ isListening }) => !isListening)
    await inLanes(async () => {
      for (let client = silent.shift(); client; client = silent.shift()) await client.listen()
    })
  }

  close(): void {
    for (const client of this.all) client.close()
  }
}

async function inLanes(lane: () => Promise<void>): Promise<void> {
  await Promise.all(Array.from({ length: AT_ONCE }, lane))
}
