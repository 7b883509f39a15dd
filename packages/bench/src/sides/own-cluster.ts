import { fileURLToPath } from 'node:url'
import type { SideStart } from './side.ts'

export interface OwnClusterInit {
  /** Path of the server module. */
  readonly module: string
  readonly gateways: number
  readonly workers: number
  /** Added to the arguments of every gateway. */
  readonly gatewayArgs?: readonly string[]
  /** Added to the arguments of every worker. */
  readonly workerArgs?: readonly string[]
}

/** The program that users start. */
export const binary = fileURLToPath(
  import.meta.resolve('scaled-mcp').replace(/(?:src|dist)\/index\.[jt]s$/, 'bin/scaled-mcp.mjs')
)

/** Starts nats-server, workers and gateways as users do, and gives where clients connect, one URL for each gateway. */
export async function startCluster(side: SideStart, init: OwnClusterInit): Promise<[string, ...string[]]> {
  const common = ['--nats', await side.nats(), '--admin-port', '0']
  const ready = /"msg":"ready"/
  for (let i = 0; i < init.workers; i++) {
    const args = [binary, 'worker', init.module, ...(init.workerArgs ?? []), ...common]
    await side.node({ role: 'worker', args, ready })
  }
  const gateway = [binary, 'gateway', '--port', '0', '--shutdown-leave-ms', '0', ...(init.gatewayArgs ?? []), ...common]
  const urls: string[] = []
  for (let i = 0; i < init.gateways; i++) {
    urls.push(await side.node({ role: 'gateway', args: gateway, ready: /"url":"([^"]+)".*"msg":"ready"/ }))
  }
  return urls as [string, ...string[]]
}
