import { systemClock } from '@scaled-mcp/actor'
import { Directory, leaseTimes, Membership, MemberView } from '@scaled-mcp/cluster'
import { header, parseAddressKey, Subjects } from '@scaled-mcp/contracts'
import { type Delivery, MemoryBroker } from '@scaled-mcp/mesh'
import Fastify, { type FastifyInstance } from 'fastify'
import { mcpGateway } from '../src/index.ts'

/** What a worker does with a message, once it owns the session. */
export type Script = (delivery: Delivery) => void

const bytes = new TextEncoder()
const text = new TextDecoder()

/** Answers every request with an empty result and acknowledges everything else. */
const answerEmpty: Script = ({ body, reply }) => {
  const message: { readonly id?: unknown } = JSON.parse(text.decode(body))
  const answer = message.id === undefined ? '' : JSON.stringify({ jsonrpc: '2.0', id: message.id, result: {} })
  reply?.end({ body: bytes.encode(answer) })
}

export interface Edge {
  readonly app: FastifyInstance
  /** Bodies that reached the worker. */
  readonly reached: string[]
  /** Opens a session and gives its id. */
  open(): Promise<string>
  stop(): Promise<void>
}

/** A gateway in an app of its own, and behind it one worker that does what `script` says. */
export async function startEdge(script: Script = answerEmpty): Promise<Edge> {
  const subjects = new Subjects()
  const broker = new MemoryBroker()
  const worker = broker.connect({ process: 'w-0000-000001', subjects })
  const mesh = broker.connect({ process: 'g-0000-000001', subjects })
  const failed = (error?: unknown) => {
    throw error
  }
  const seen = { members: worker.records.members, clock: systemClock, unreadable: failed }
  const members = new MemberView(seen, { freshMs: 60_000 })
  const directory = new Directory({ entries: worker.records.directory, members, clock: systemClock })
  const membership = new Membership(
    { members: worker.records.members, clock: systemClock, load: () => 0, missed: failed },
    { id: worker.process, role: 'worker', host: 'test', pid: 1, build: '0', times: leaseTimes(60_000) }
  )
  const reached: string[] = []
  await membership.join()
  worker.wire.serve(subjects.worker(worker.process), (delivery) => {
    reached.push(text.decode(delivery.body))
    if (delivery.headers?.[header.verb] === 'create') void create(directory, worker.process, delivery)
    else if (delivery.headers?.[header.verb] === 'end') void end(directory, delivery)
    else script(delivery)
  })
  const app = Fastify()
  await app.register(mcpGateway, {
    mesh,
    subjects,
    allowedHosts: [],
    allowedOrigins: [],
    isLoopback: true,
    holdMs: 300
  })
  await app.ready()
  return {
    app,
    reached,
    open: async () => String((await app.inject(post({ body: initialize }))).headers['mcp-session-id']),
    stop: async () => {
      await app.close()
      await membership.leave()
      await Promise.all([mesh.stop(), worker.stop()])
    }
  }
}

export const initialize = JSON.stringify({
  jsonrpc: '2.0',
  id: 0,
  method: 'initialize',
  params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'test', version: '1' } }
})

/** A well-formed POST, but for what `change` changes; a header of undefined is left out. */
export function post({
  body = initialize,
  headers = {}
}: {
  body?: string
  headers?: Record<string, string | undefined>
}) {
  const all: Record<string, string | undefined> = {
    host: '127.0.0.1:3000',
    accept: 'application/json, text/event-stream',
    'content-type': 'application/json',
    ...headers
  }
  const kept = Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined))
  return { method: 'POST' as const, url: '/mcp', headers: kept as Record<string, string>, payload: body }
}

async function create(directory: Directory, worker: string, delivery: Delivery): Promise<void> {
  const opened = await directory.create(addressOf(delivery), worker)
  const epoch = opened.outcome === 'owned' ? String(opened.claim.epoch) : '0'
  const { id }: { readonly id: number } = JSON.parse(text.decode(delivery.body))
  const answer = JSON.stringify({ jsonrpc: '2.0', id, result: { protocolVersion: '2025-11-25' } })
  delivery.reply?.end({ body: bytes.encode(answer), headers: { [header.epoch]: epoch } })
}

async function end(directory: Directory, delivery: Delivery): Promise<void> {
  const address = addressOf(delivery)
  const found = await directory.lookup(address)
  if (found) await directory.end(address, found.claim)
  delivery.reply?.end({ body: new Uint8Array() })
}

function addressOf({ subject }: Delivery) {
  return parseAddressKey(new Subjects().parseWorker(subject).key)
}
