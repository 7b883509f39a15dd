import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js'
import {
  type Address,
  actorName,
  header,
  mintSessionId,
  Subjects,
  sessionAddress,
  statusOf
} from '@scaled-mcp/contracts'
import { MemoryBroker, type Mesh } from '@scaled-mcp/mesh'
import { type Actors, defineServer, type ServerContext } from '@scaled-mcp/server'
import pino from 'pino'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { SessionWorker, type SessionWorkerInit } from '../src/index.ts'

const subjects = new Subjects()
const json = (value: object) => new TextEncoder().encode(JSON.stringify({ jsonrpc: '2.0', ...value }))
const params = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'test', version: '1' } }
const limits = { maxSessions: 100, inFlight: 4, decideMs: 1_000, graceMs: 1_000, leaseMs: 60_000 }
const code = (code: string) => expect.objectContaining({ code })

type Hear = (message: unknown) => void | Promise<void>

let broker: MemoryBroker
let gateway: Mesh
let workers: SessionWorker[]
/** What the sessions of a test register; undefined: nothing. */
let hear: Hear | undefined
let heard: unknown[]
/** The sessions that have left memory, by name. */
let left: string[]
let finish: (() => void)[]
/** What the workers logged. */
let log: { readonly msg: string; readonly actor?: string; readonly err?: object }[]

const definition = defineServer({
  create({ session }: ServerContext) {
    if (hear) session?.onMessage(hear)
    session?.onPassivate(() => void left.push(`session/${session.id}`))
    return new McpServer({ name: 'listener', version: '1' })
  }
})

beforeEach(() => {
  broker = new MemoryBroker()
  gateway = broker.connect({ process: 'g-0000-000001', subjects })
  workers = []
  heard = []
  left = []
  finish = []
  log = []
  hear = (message) => void heard.push(message)
})
afterEach(async () => {
  for (const resolve of finish) resolve()
  for (const worker of workers) await worker.stop()
})

/** Says that it has begun, and ends when the test lets it. */
async function hearSlowly(message: unknown): Promise<void> {
  heard.push(`${message} begins`)
  await new Promise<void>((resolve) => finish.push(resolve))
  heard.push(`${message} ends`)
}

async function start(id: string, init: Partial<SessionWorkerInit> = {}): Promise<SessionWorker> {
  const mesh = broker.connect({ process: id, subjects })
  const logger = pino({ level: 'warn' }, { write: (line: string) => void log.push(JSON.parse(line)) })
  const components = { mesh, subjects, definition, logger }
  const worker = await SessionWorker.start(components, { ...limits, hostName: 'h', build: '0', ...init })
  workers.push(worker)
  return worker
}

async function sessionOn(host: SessionWorker): Promise<{ readonly address: Address; readonly name: string }> {
  const address = sessionAddress(mintSessionId())
  const body = json({ id: 0, method: 'initialize', params })
  await gateway.wire.ask(subjects.ask(host.id, address), { body, headers: { [header.verb]: 'create' } })
  return { address, name: actorName(address) }
}

async function end(host: SessionWorker, address: Address): Promise<void> {
  const body = new Uint8Array()
  const answer = await gateway.wire.ask(subjects.ask(host.id, address), { body, headers: { [header.verb]: 'end' } })
  expect(statusOf(answer.headers)).toBe('ok')
}

async function ping(host: SessionWorker, address: Address): Promise<string> {
  const answer = await gateway.wire.ask(subjects.ask(host.id, address), { body: json({ id: 1, method: 'ping' }) })
  return statusOf(answer.headers)
}

/** A worker that hosts, and the actors as one on another worker, which hosts nothing, sees them. */
async function twoWorkers(
  init?: Partial<SessionWorkerInit>
): Promise<{ readonly host: SessionWorker; readonly actors: Actors }> {
  const sender = await start('w-0000-000001', { maxSessions: 0 })
  return { host: await start('w-0000-000002', init), actors: sender.actorsOf({ name: 'room/1' }) }
}

const deadLetters = () => log.filter(({ msg }) => msg === 'dead letter')

describe('what an actor tells a session', () => {
  it('reaches it on another worker, as JSON', async () => {
    const { host, actors } = await twoWorkers()
    const { name } = await sessionOn(host)
    const session = await actors.actorOf(name)
    session.tell({ said: ['hello', 1, null] })
    session.tell(undefined)
    await expect.poll(() => heard).toEqual([{ said: ['hello', 1, null] }, undefined])
  })

  it('opens one that has left memory, on any worker', async () => {
    const { host, actors } = await twoWorkers({ passivateMs: 50 })
    const session = await actors.actorOf((await sessionOn(host)).name)
    await expect.poll(() => host.load).toBe(0)
    session.tell('wake up')
    await expect.poll(() => heard).toEqual(['wake up'])
    await start('w-0000-000003')
    await host.drain()
    session.tell('again')
    await expect.poll(() => heard).toEqual(['wake up', 'again'])
  })

  it('is heard one message after the other, in the order of its sender', async () => {
    hear = hearSlowly
    const { host, actors } = await twoWorkers()
    const session = await actors.actorOf<string>((await sessionOn(host)).name)
    session.tell('a')
    session.tell('b')
    await expect.poll(() => heard).toEqual(['a begins'])
    finish.shift()?.()
    await expect.poll(() => heard).toEqual(['a begins', 'a ends', 'b begins'])
  })

  it('is a dead letter of its sender when the session registered nothing to hear it', async () => {
    hear = undefined
    const { host, actors } = await twoWorkers()
    const { name } = await sessionOn(host)
    ;(await actors.actorOf(name)).tell('anybody?')
    await expect.poll(deadLetters).toMatchObject([{ actor: name, err: { code: 'ActorFailed' } }])
    expect(JSON.stringify(deadLetters())).toContain('onMessage')
  })

  it('has been heard although its handler throws: that is for the log of the session’s worker', async () => {
    hear = (message) => {
      heard.push(message)
      if (message === 'bad') throw new RangeError('thrown by the author')
    }
    const { host, actors } = await twoWorkers()
    const session = await actors.actorOf((await sessionOn(host)).name)
    session.tell('bad')
    session.tell('good')
    await expect.poll(() => heard).toEqual(['bad', 'good'])
    expect(log.map(({ msg }) => msg)).toEqual(['an onMessage handler failed'])
  })

  it('finishes before the session leaves its worker, and what waits behind it is heard by the next', async () => {
    hear = (message) => hearSlowly(`${message}, after ${left.length} moves,`)
    const { host, actors } = await twoWorkers()
    const { address, name } = await sessionOn(host)
    const session = await actors.actorOf<string>(name)
    session.tell('a')
    session.tell('b')
    await expect.poll(() => heard).toEqual(['a, after 0 moves, begins'])
    await start('w-0000-000003')
    const drained = host.drain()
    await expect.poll(() => ping(host, address)).toBe('draining')
    finish.shift()?.()
    await drained
    await expect.poll(() => heard.slice(1)).toEqual(['a, after 0 moves, ends', 'b, after 1 moves, begins'])
    expect(deadLetters()).toEqual([])
  })

  it('that takes longer than the grace is a dead letter: nobody knows how far it came, and it is not heard twice', async () => {
    hear = hearSlowly
    const { host, actors } = await twoWorkers({ graceMs: 20 })
    const { name } = await sessionOn(host)
    const session = await actors.actorOf<string>(name)
    session.tell('a')
    session.tell('b')
    await expect.poll(() => heard).toEqual(['a begins'])
    await start('w-0000-000003')
    await host.drain()
    await expect.poll(() => heard).toEqual(['a begins', 'b begins'])
    await expect.poll(deadLetters).toMatchObject([{ actor: name, err: { code: 'ActorMoved' } }])
  })

  it('keeps the session in memory while it is heard, however long that takes', async () => {
    hear = hearSlowly
    const { host, actors } = await twoWorkers({ passivateMs: 20 })
    const { name } = await sessionOn(host)
    ;(await actors.actorOf(name)).tell('a')
    await expect.poll(() => heard).toEqual(['a begins'])
    left = [] // it may have been idle before
    const neighbour = await sessionOn(host)
    await expect.poll(() => left).toEqual([neighbour.name])
    finish.shift()?.()
    await expect.poll(() => left).toEqual([neighbour.name, name])
    expect(heard).toEqual(['a begins', 'a ends'])
  })

  it('is refused unheard when as many wait as requests may be in flight: its sender asks again', async () => {
    hear = hearSlowly
    const { host, actors } = await twoWorkers()
    const { address, name } = await sessionOn(host)
    const session = await actors.actorOf<number>(name)
    for (let i = 0; i < limits.inFlight; i++) session.tell(i)
    await expect.poll(() => heard).toEqual(['0 begins'])
    const more = { body: json({}), headers: { [header.verb]: 'tell' } }
    await expect
      .poll(async () => statusOf((await gateway.wire.ask(subjects.tell(host.id, address), more)).headers))
      .toBe('full')
    session.tell(limits.inFlight)
    const last = `${limits.inFlight} ends`
    await expect.poll(() => finish.shift()?.() ?? heard.at(-1), { timeout: 10_000 }).toBe(last)
    expect(deadLetters()).toEqual([])
  })
})

describe('a session that has ended', () => {
  it('is not found, and what it is told is a dead letter', async () => {
    const { host, actors } = await twoWorkers()
    const { address, name } = await sessionOn(host)
    const session = await actors.actorOf(name)
    await end(host, address)
    await expect(actors.actorOf(name)).rejects.toThrow(code('ActorNotFound'))
    session.tell('too late')
    await expect.poll(deadLetters).toMatchObject([{ actor: name, err: { code: 'ActorNotFound' } }])
    expect(heard).toEqual([])
  })
})

it('a session answers nobody but its client: an ask is refused at once', async () => {
  const { host, actors } = await twoWorkers()
  const session = await actors.actorOf((await sessionOn(host)).name)
  await expect(session.ask('well?')).rejects.toThrow(code('ActorNotFound'))
  expect(heard).toEqual([])
})
