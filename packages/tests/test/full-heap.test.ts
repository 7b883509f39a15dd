/** A worker whose sessions need more memory than it has. */
import { fileURLToPath } from 'node:url'
import { ProcessCluster, RawSession, startNatsServer, type TestNatsServer } from '@scaled-mcp/testkit'
import { afterAll, beforeAll, expect, it } from 'vitest'

const server = fileURLToPath(new URL('servers/heavy.ts', import.meta.url))
const HEAP_MEBIBYTES = 256
const SESSIONS = 120
const MEBIBYTES_EACH = 4

let nats: TestNatsServer
let cluster: ProcessCluster

beforeAll(async () => {
  nats = await startNatsServer()
  const env = {
    NODE_OPTIONS: `--max-old-space-size=${HEAP_MEBIBYTES}`,
    // Of a limit that is 48 MiB larger: V8 adds what is set aside for new objects.
    SCALED_MCP_WORKER_MAX_HEAP_PERCENT: '50'
  }
  cluster = await ProcessCluster.start({ nats: nats.url, server, gateways: 1, workers: 1, env })
})
afterAll(async () => {
  await cluster?.stop()
  await nats.stop()
})

/** The text that a tool answers with, or the error. */
async function call(session: RawSession, tool: string, args: object = {}): Promise<unknown> {
  const seen = await session.follow(await session.call(tool, args), ({ message }) => message !== undefined)
  const { result, error } = seen.at(-1)?.message ?? {}
  const content = result?.['content'] as readonly { readonly text: string }[] | undefined
  return content?.[0]?.text ?? error
}

it('sessions that together need more heap than their worker has all go on, and so does the worker', async () => {
  const [worker] = cluster.workers
  const sessions: RawSession[] = []
  for (let i = 0; i < SESSIONS; i++) {
    const session = await RawSession.open(cluster.urls)
    sessions.push(session)
    await call(session, 'fill', { name: `session ${i}`, mebibytes: MEBIBYTES_EACH })
  }
  const names: unknown[] = []
  for (const session of sessions) names.push(await call(session, 'name'))
  expect(names).toEqual(sessions.map((_, i) => `session ${i}`))
  expect(await call(sessions[0] as RawSession, 'held')).toBe('0') // rebuilt from its record
  expect(cluster.workers).toEqual([worker])
})
