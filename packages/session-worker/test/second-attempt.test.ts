import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js'
import { VirtualClock } from '@scaled-mcp/actor'
import { Lease, type Member } from '@scaled-mcp/cluster'
import { type Headers, header, mintSessionId, Subjects, sessionAddress, statusOf } from '@scaled-mcp/contracts'
import { type Frame, MemoryBroker, type Mesh } from '@scaled-mcp/mesh'
import { defineServer } from '@scaled-mcp/server'
import pino from 'pino'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { SessionWorker } from '../src/index.ts'

const subjects = new Subjects()
const json = (value: object) => new TextEncoder().encode(JSON.stringify({ jsonrpc: '2.0', ...value }))
const params = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'test', version: '1' } }
const initialize = json({ id: 0, method: 'initialize', params })
const call = (name: string, id = 7) => json({ id, method: 'tools/call', params: { name, arguments: {} } })

let gateway: Mesh
let worker: SessionWorker
let subject: string
/** The worker's lease, in the hands of the test. */
let leased: { readonly member: Member; renew(): void; end(): void }
let runs: string[]
let aborted: string[]
let finish: () => void

beforeEach(async () => {
  runs = []
  aborted = []
  const broker = new MemoryBroker()
  const mesh = broker.connect({ process: 'w-0000-000001', subjects })
  gateway = broker.connect({ process: 'g-0000-000001', subjects })
  leased = memberInHand()
  const limits = { maxSessions: 10, inFlight: 64, decideMs: 60_000, graceMs: 1, leaseMs: 600 }
  worker = await SessionWorker.start(
    { mesh, subjects, definition, logger: pino({ level: 'silent' }), member: leased.member },
    { ...limits, hostName: 'h', build: '0' }
  )
  subject = subjects.ask(worker.id, sessionAddress(mintSessionId()))
  await ask(initialize, { [header.verb]: 'create' })
})

afterEach(async () => {
  finish()
  await worker.stop()
})

function memberInHand() {
  const clock = new VirtualClock()
  const lease = new Lease({ clock }, 1_800)
  const done = async () => undefined
  const renew = () => lease.renew({ monotonic: clock.monotonic(), wall: clock.wall() })
  const join = async () => renew()
  return {
    member: {
      lease,
      lost: new Promise<void>(() => {}),
      join,
      drain: done,
      undrain: done,
      offer: done,
      returned: done,
      leave: done
    },
    renew,
    end: () => lease.suspend()
  }
}

const definition = defineServer({
  create() {
    const server = new McpServer({ name: 'tools', version: '1.0.0' })
    const waiting = new Promise<void>((resolve) => {
      finish = resolve
    })
    const slow = (name: string) => async (extra: { readonly signal: AbortSignal }) => {
      runs.push(name)
      extra.signal.addEventListener('abort', () => aborted.push(name))
      await waiting
      return { content: [{ type: 'text' as const, text: `${name} ran` }] }
    }
    server.registerTool('buy', {}, slow('buy'))
    server.registerTool('look', { annotations: { readOnlyHint: true } }, slow('look'))
    server.registerTool('set', { annotations: { idempotentHint: true } }, slow('set'))
    return server
  }
})

function ask(body: Uint8Array, headers?: Headers): Promise<Frame> & { readonly id: string } {
  let id = ''
  const answer = new Promise<Frame>((frame, failed) => {
    id = gateway.wire.askStream(subject, { body, headers }, { frame, failed }).id
  })
  return Object.assign(answer, { id })
}

const again = (first: string): Headers => ({ [header.attempt]: '2', [header.messageId]: first })
const text = ({ body }: Frame) => new TextDecoder().decode(body)

describe('a second attempt (N5)', () => {
  it('of a tool that still runs here joins the first: it runs once, and the second gets the result', async () => {
    const first = ask(call('buy'))
    await expect.poll(() => runs).toEqual(['buy'])
    const second = ask(call('buy'), again(first.id))
    expect(statusOf((await first).headers)).toBe('moved')
    finish()
    expect(text(await second)).toContain('buy ran')
    expect(runs).toEqual(['buy'])
  })

  it('of a tool that may not run twice is answered interrupted, and the tool does not run', async () => {
    const second = await ask(call('buy'), again('mcp.reply.g-gone.1-1'))
    expect([statusOf(second.headers), runs]).toEqual(['interrupted', []])
  })

  it.each(['look', 'set'])('of a tool that says it may run twice runs: %s', async (tool) => {
    finish()
    expect(text(await ask(call(tool), again('mcp.reply.g-gone.1-1')))).toContain(`${tool} ran`)
  })

  it('of a request that only reads is answered', async () => {
    const list = json({ id: 8, method: 'tools/list' })
    expect(text(await ask(list, again('mcp.reply.g-gone.1-1')))).toContain('"look"')
  })
})

describe('while the lease is not held (N4)', () => {
  it('nothing starts, and the asker is told to ask again', async () => {
    leased.end()
    expect(statusOf((await ask(call('buy'))).headers)).toBe('busy')
    expect(runs).toEqual([])
  })

  it('what runs is told to give up, its asker hears of it once the lease is held again, and the session lives', async () => {
    const first = ask(call('buy'))
    await expect.poll(() => runs).toEqual(['buy'])
    leased.end()
    await expect.poll(() => aborted).toEqual(['buy'])
    leased.renew()
    expect(statusOf((await first).headers)).toBe('moved')
    finish()
    expect(text(await ask(call('look', 9)))).toContain('look ran')
  })
})
