import { fileURLToPath } from 'node:url'
import { ProcessCluster, startNatsServer } from '@scaled-mcp/testkit'
import { RoundRobinProxy } from './round-robin-proxy.ts'

/** Which of the `everything` servers the workers host, by the version of its SDK. */
const serverFiles = { v1: 'server.ts', v2: 'server-v2.ts' } as const
export type ServerName = keyof typeof serverFiles
export const serverNames = Object.keys(serverFiles) as ServerName[]

export interface SceneInit {
  readonly server: ServerName
  /** Added to the environment of every process. */
  readonly env: Readonly<Record<string, string>>
}

/** A cluster that serves, and the proxy in front of it. */
export interface Scene {
  readonly cluster: ProcessCluster
  readonly proxy: RoundRobinProxy
}

const GATEWAYS = 2
const WORKERS = 3
const examples = new URL('../../../../examples/everything/', import.meta.url)

/** Gives `run` a scene of its own, and leaves nothing of it behind. */
export async function withScene<T>(init: SceneInit, run: (scene: Scene) => Promise<T>): Promise<T> {
  const nats = await startNatsServer()
  try {
    return await withCluster(nats.url, init, run)
  } finally {
    await nats.stop()
  }
}

async function withCluster<T>(nats: string, init: SceneInit, run: (scene: Scene) => Promise<T>): Promise<T> {
  const server = fileURLToPath(new URL(serverFiles[init.server], examples))
  const cluster = await ProcessCluster.start({ nats, server, gateways: GATEWAYS, workers: WORKERS, env: init.env })
  try {
    return await withProxy(cluster, run)
  } finally {
    await cluster.stop()
  }
}

async function withProxy<T>(cluster: ProcessCluster, run: (scene: Scene) => Promise<T>): Promise<T> {
  const proxy = await RoundRobinProxy.start(cluster.urls)
  try {
    return await run({ cluster, proxy })
  } finally {
    await proxy.stop()
  }
}
