/**
 * Mesh in, MCP server out: the service that hosts one actor per client session.
 *
 * ```ts
 * import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js'
 * import { Subjects } from '@scaled-mcp/contracts'
 * import { MemoryBroker } from '@scaled-mcp/mesh'
 * import { defineServer } from '@scaled-mcp/server'
 * import { SessionWorker } from '@scaled-mcp/session-worker'
 * import pino from 'pino'
 *
 * const subjects = new Subjects()
 * const mesh = new MemoryBroker().connect({ process: 'w-0000-000001', subjects })
 * const definition = defineServer({ create: () => new McpServer({ name: 'empty', version: '1.0.0' }) })
 * const limits = { maxSessions: 1_000, inFlight: 64, decideMs: 1_000, graceMs: 10_000, leaseMs: 1_800 }
 * const worker = await SessionWorker.start(
 *   { mesh, subjects, definition, logger: pino() },
 *   { ...limits, hostName: 'localhost', build: '0.1.0' }
 * )
 * await worker.drain()
 * await worker.stop()
 * ```
 */
export type { Heap, HeapUse } from './heap.ts'
export type { ServedSession, ServeSession } from './serve-session.ts'
export { SessionWorker, type SessionWorkerComponents, type SessionWorkerInit } from './session-worker.ts'
