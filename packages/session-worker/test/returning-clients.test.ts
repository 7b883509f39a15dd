import { systemClock } from '@scaled-mcp/actor'
import { type Address, addressKey, eventIdText, type JsonRpcRequest, Subjects, streamOf } from '@scaled-mcp/contracts'
import { type EventLog, MemoryBroker, type Message, type Reply } from '@scaled-mcp/mesh'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import type { Exchange } from '../src/exchange.ts'
import { OpenExchanges } from '../src/open-exchanges.ts'
import { type Asked, ReturningClients } from '../src/returning-clients.ts'
import { SessionStreams } from '../src/session-streams.ts'

const address: Address = { tenant: 'default', kind: 'session', id: 'abcdefghijklmnopqrstuv' }
const key = addressKey(address)
const messageId = 'mcp.reply.g-0000-000001.7-9'
const request: JsonRpcRequest = { jsonrpc: '2.0', id: 7, method: 'tools/call', params: { name: 'slow' } }
const body = Buffer.from(JSON.stringify(request))

let events: EventLog
let exchanges: OpenExchanges
let streams: SessionStreams
let runs: number

beforeEach(() => {
  events = new MemoryBroker().connect({ process: 'w-0000-000001', subjects: new Subjects() }).events
  exchanges = new OpenExchanges()
  runs = 0
  const ports = { isReading: async () => true, isOwner: async () => true, stale: () => undefined }
  streams = new SessionStreams(
    { events, clock: systemClock, send: (send) => send(), ...ports },
    { address, epoch: 9, isNew: false, maxBodyBytes: 1_000, isTold: true }
  )
})

/** Answers whatever runs, at once. */
function returning(deliveryClass: 'once' | 'idempotent'): ReturningClients {
  const answer = ({ id }: JsonRpcRequest, exchange: Exchange, text: string) => {
    exchanges.forget(id)
    exchange.answer(id, text, undefined)
  }
  return new ReturningClients({
    server: { deliveryClass: async () => deliveryClass },
    exchanges,
    streams,
    sse: undefined,
    isNew: false,
    parts: {
      clock: systemClock,
      send: (send) => send(),
      stream: (id) => streams.ofPost(id),
      failed: (error) => expect.unreachable(String(error))
    },
    revision: '2025-11-25',
    refusal: () => undefined,
    ask: () => expect.unreachable('it had run'),
    handle: (request, exchange) => {
      runs++
      answer(request, exchange, JSON.stringify({ jsonrpc: '2.0', id: request.id, result: {} }))
    },
    answer,
    refuse: (reply, headers) => reply.end({ headers, body: new Uint8Array() })
  })
}

function replyOf(id: string) {
  const frames: Message[] = []
  const reply: Reply = {
    id,
    isOpen: true,
    signal: new AbortController().signal,
    frame: (message) => void frames.push(message),
    end: (message) => void frames.push(message)
  }
  return { reply, last: () => Buffer.from(frames.at(-1)?.body ?? []).toString() }
}

function asked(reply: Reply): Asked {
  const post = { messages: [request], requests: [request], isBatch: false }
  return { post, body, context: {}, reply, messageId }
}

async function stored(): Promise<readonly string[]> {
  const kinds: string[] = []
  await events.replay(key, 0, ({ headers }) =>
    kinds.push(headers?.['Mcp-Event-Kind'] ?? String(headers?.['Mcp-Stream-Name']))
  )
  return kinds
}

it('who comes back for a stream that is removed meanwhile is told so, and does not wait for ever', async () => {
  const open = { 'Mcp-Stream-Name': streamOf(messageId), 'Mcp-Event-Kind': 'open', 'Mcp-Epoch': '5' }
  const put = await events.append(key, { headers: open, body }, 0)
  const sequence = put.outcome === 'won' ? put.revision : 0
  vi.spyOn(streams, 'find').mockResolvedValue(undefined)
  const seen = eventIdText(address, { stream: streamOf(messageId), sequence })
  const resumed = returning('once').resume(seen, {}, replyOf('back').reply)
  await expect(resumed).rejects.toMatchObject({ code: 'EventsGone' })
})

describe('a stream that a former owner has begun', () => {
  beforeEach(async () => {
    const open = { 'Mcp-Stream-Name': streamOf(messageId), 'Mcp-Event-Kind': 'open', 'Mcp-Epoch': '5' }
    await events.append(key, { headers: open, body }, 0)
  })

  it.each(['once', 'idempotent'] as const)(
    'is finished once (%s), however many ask for it at a time (B4)',
    async (is) => {
      const clients = returning(is)
      const [first, second] = [replyOf('first'), replyOf('second')]
      const attempts = [first, second].map(({ reply }) => clients.secondAttempt(asked(reply), undefined))
      await Promise.all(attempts)
      await expect.poll(stored).toEqual(['open', 'seal', 'end'])
      expect(runs).toBe(is === 'once' ? 0 : 1)
      await expect.poll(() => JSON.parse(second.last())).toMatchObject({ id: 7 })
    }
  )
})
