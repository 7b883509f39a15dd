import { once } from 'node:events'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'

/** Listens on a free loopback port and tells whoever started this process where. */
export async function listenAndSayReady(server: Server): Promise<void> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  sayReady(`http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`)
}

/** Tells whoever started this process that it is ready, and where. */
export function sayReady(where: string): void {
  process.stdout.write(`ready ${where}\n`)
}
