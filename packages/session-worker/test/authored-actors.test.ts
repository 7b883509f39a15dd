import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js'
import { Actor, type ActorContext, type Terminated } from '@scaled-mcp/actor'
import { header, Subjects, statusOf } from '@scaled-mcp/contracts'
import { MemoryBroker, type Mesh } from '@scaled-mcp/mesh'
import { type Actors, defineActor, defineServer, type SessionState } from '@scaled-mcp/server'
import pino from 'pino'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { SessionWorker, type SessionWorkerInit } from '../src/index.ts'

const subjects = new Subjects()
const code = (code: string) => expect.objectContaining({ code })

interface Count {
  readonly count: number
}

type Order =
  | {
      readonly do:
        | 'add'
        | 'read'
        | 'note the deadline'
        | 'noted'
        | 'where'
        | 'stop'
        | 'throw'
        | 'wait'
        | 'wait for the end'
        | 'answer undefined'
        | 'answer a function'
    }
  | { readonly do: 'watch'; readonly name: string }
  | { readonly do: 'pass on'; readonly to: string }
  | { readonly do: 'note'; readonly at: number }

let broker: MemoryBroker
let workers: SessionWorker[]
let finish: (() => void)[]
let told: (Terminated & { readonly watcher: string })[]

/** Counts in its state and in a field. */
class Counter extends Actor<Order, unknown> {
  readonly #state: SessionState<Count>
  readonly #name: string
  #adds = 0
  readonly #noted: number[] = []

  constructor(state: SessionState<Count>, name: string) {
    super()
    this.#state = state
    this.#name = name
  }

  override receive(order: Order, context: ActorContext): unknown {
    switch (order.do) {
      case 'add':
        this.#adds++
        return this.#state.update(({ count }) => ({ count: count + 1 }))
      case 'read':
        return { ...this.#state.get(), adds: this.#adds }
      case 'where':
        return { sender: context.sender?.name, principal: context.principal, trace: context.trace }
      case 'stop':
        context.stop()
        return 'stopping'
      case 'throw':
        throw Object.assign(new RangeError('thrown by the actor'), { code: 'OUT' })
      case 'wait':
        return new Promise<void>((resolve) => finish.push(resolve))
      case 'wait for the end':
        return new Promise<void>((resolve) => {
          finish.push(resolve)
          context.signal.addEventListener('abort', () => resolve())
        })
      case 'note':
        this.#noted.push(order.at)
        return undefined
      case 'note the deadline':
        this.#noted.push(context.deadline ?? 0)
        return undefined
      case 'pass on':
        context.tell(context.refTo(order.to), { do: 'note the deadline' })
        return undefined
      case 'noted':
        return [...this.#noted]
      case 'watch':
        context.watch(order.name)
        return undefined
      case 'answer a function':
        return () => undefined
      case 'answer undefined':
        return undefined
    }
  }

  override terminated(terminated: Terminated): void {
    told.push({ watcher: this.#name, ...terminated })
  }
}

const counter = defineActor({
  state: { version: 1, initial: (): Count => ({ count: 0 }) },
  create: ({ state, name }) => new Counter(state, name)
})
/** How often a fragile actor was created. */
let created: number
const fragile = defineActor({
  create({ id }) {
    created++
    if (id === 'create' && created < 3) throw new RangeError(`create ${created}`)
    return new Fragile()
  }
})

class Fragile extends Actor<string, string> {
  override start(): void {
    if (created === 3) throw new RangeError(`start ${created}`)
  }

  override receive(message: string): string {
    return message
  }
}

const definition = defineServer({
  create: () => new McpServer({ name: 's', version: '1' }),
  actors: { counter, fragile }
})

beforeEach(() => {
  broker = new MemoryBroker()
  workers = []
  finish = []
  told = []
  created = 0
})
afterEach(async () => {
  for (const resolve of finish) resolve()
  for (const worker of workers) await worker.stop()
})

async function start(
  id: string,
  init: Partial<SessionWorkerInit> = {},
  mesh: Mesh = broker.connect({ process: id, subjects })
): Promise<SessionWorker> {
  const limits = { maxSessions: 100, inFlight: 64, decideMs: 1_000, graceMs: 1_000, leaseMs: 60_000 }
  const components = { mesh, subjects, definition, logger: pino({ level: 'silent' }) }
  const worker = await SessionWorker.start(components, { ...limits, hostName: 'h', build: '0', ...init })
  workers.push(worker)
  return worker
}

/** A worker that hosts, and the actors as another that does not sees them. */
async function twoWorkers(): Promise<{ readonly host: SessionWorker; readonly actors: Actors }> {
  const asker = await start('w-0000-000001', { maxSessions: 0 })
  return { host: await start('w-0000-000002'), actors: asker.actorsOf({ name: 'session/abc', principal: 'ann' }) }
}

const ref = (actors: Actors, id = '1') => actors.getOrActivate<Order, unknown>('counter', id)

describe('an actor of the author on another worker', () => {
  it('is activated by its first message, and has one state for all', async () => {
    const { host, actors } = await twoWorkers()
    expect(await ref(actors).ask({ do: 'add' })).toEqual({ count: 1 })
    const there = ref(host.actorsOf({ name: 'session/def' }))
    expect(await there.ask({ do: 'add' })).toEqual({ count: 2 })
    expect(host.load).toBe(1)
  })

  it('gets what one sender tells it in order, also when nobody owned it at the first', async () => {
    const { actors } = await twoWorkers()
    for (const id of ['w-0000-000003', 'w-0000-000004', 'w-0000-000005']) await start(id)
    const orders = Array.from({ length: 20 }, (_, at) => at)
    for (const at of orders) ref(actors).tell({ do: 'note', at })
    await expect.poll(() => ref(actors).ask({ do: 'noted' })).toEqual(orders)
    const [owner] = workers.filter(({ load }) => load > 0)
    await owner?.drain()
    for (const at of orders) ref(actors).tell({ do: 'note', at })
    await expect.poll(() => ref(actors).ask({ do: 'noted' })).toEqual(orders)
  })

  it('knows who sent a message and on whose behalf', async () => {
    const { actors } = await twoWorkers()
    const asked = ref(actors).ask({ do: 'where' }, { trace: '00-1-2-01' })
    expect(await asked).toEqual({ sender: 'session/abc', principal: 'ann', trace: '00-1-2-01' })
  })

  it('is told the deadline of the work that a tell belongs to, and handles it however late it is', async () => {
    const { actors } = await twoWorkers()
    await ref(actors, '2').ask({ do: 'read' })
    const deadline = Date.now() + 10_000
    await ref(actors).ask({ do: 'pass on', to: 'counter/2' }, { deadline })
    ref(actors, '2').tell({ do: 'note the deadline' }, { deadline: 1 })
    await expect.poll(() => ref(actors, '2').ask({ do: 'noted' })).toEqual([deadline, 1])
  })

  it('throws what its asker gets by name, message and code', async () => {
    const { actors } = await twoWorkers()
    const asked = ref(actors).ask({ do: 'throw' })
    await expect(asked).rejects.toMatchObject({ name: 'RangeError', message: 'thrown by the actor', code: 'OUT' })
    expect(await ref(actors).ask({ do: 'answer undefined' })).toBeUndefined()
  })

  it('is not reached by a message that is not JSON, which names the place', async () => {
    const { actors } = await twoWorkers()
    const order = { do: 'add', when: [new Date()] } as unknown as Order
    await expect(ref(actors).ask(order)).rejects.toThrow(/counter\/1: \$\.when\[0\] is a Date/)
    expect(() => ref(actors).tell(order)).toThrow(code('MessageNotSerialisable'))
    await expect(ref(actors).ask({ do: 'answer a function' })).rejects.toThrow(code('MessageNotSerialisable'))
  })

  it('is not found by its name before it exists, nor after it has stopped itself', async () => {
    const { actors } = await twoWorkers()
    await expect(actors.actorOf('counter/1')).rejects.toThrow(code('ActorNotFound'))
    await ref(actors).ask({ do: 'add' })
    const found = await actors.actorOf<Order>('counter/1')
    await found.ask({ do: 'stop' })
    await expect.poll(() => found.ask({ do: 'read' }).catch((error) => error.code)).toBe('ActorNotFound')
    expect(await ref(actors).ask({ do: 'read' })).toEqual({ count: 0, adds: 0 })
  })

  it('is spawned once: whoever is second is told that the name is taken', async () => {
    const { actors } = await twoWorkers()
    const spawned = await actors.spawn<Order>('counter', '1')
    await expect(actors.spawn('counter', '1')).rejects.toThrow(code('NameTaken'))
    expect(await spawned.ask({ do: 'add' })).toEqual({ count: 1 })
  })

  it('of a kind that is not declared is refused at once', async () => {
    const { actors } = await twoWorkers()
    expect(() => actors.getOrActivate('cuonter', '1')).toThrow(code('ActorKindUnknown'))
    await expect(actors.spawn('cuonter', '1')).rejects.toThrow(code('ActorKindUnknown'))
  })

  it('goes on with its state on another worker when its own leaves, and nobody is told of an end', async () => {
    const { host, actors } = await twoWorkers()
    await ref(actors).ask({ do: 'add' })
    const next = await start('w-0000-000003')
    await ref(next.actorsOf({ name: 'x/1' }), 'watcher').ask({ do: 'watch', name: 'counter/1' })
    await host.drain()
    await host.stop()
    expect(await ref(actors).ask({ do: 'add' })).toEqual({ count: 2 })
    expect(await ref(actors).ask({ do: 'read' })).toEqual({ count: 2, adds: 1 })
    expect(told).toEqual([])
  })

  it('leaves what waits in its mailbox to its next owner, asked or told, when its worker leaves', async () => {
    const { host, actors } = await twoWorkers()
    const running = ref(actors).ask({ do: 'wait for the end' })
    await expect.poll(() => finish.length).toBe(1)
    const waiting = ref(actors).ask({ do: 'add' })
    ref(actors).tell({ do: 'add' })
    await start('w-0000-000003')
    await host.drain()
    await running
    await waiting
    await expect.poll(() => ref(actors).ask({ do: 'read' })).toEqual({ count: 2, adds: 2 })
  })

  it('is not handed a message whose asker gave up while it waited', async () => {
    const { actors } = await twoWorkers()
    const running = ref(actors).ask({ do: 'wait' })
    await expect.poll(() => finish.length).toBe(1)
    const abort = new AbortController()
    const waiting = ref(actors).ask({ do: 'add' }, { signal: abort.signal })
    abort.abort(new Error('no more'))
    await expect(waiting).rejects.toMatchObject({ code: 'Aborted', cause: new Error('no more') })
    for (const resolve of finish) resolve()
    await running
    expect(await ref(actors).ask({ do: 'read' })).toEqual({ count: 0, adds: 0 })
  })

  it('is not begun by a principal that has begun as many as it may in this minute; others may, and what exists goes on', async () => {
    const asker = await start('w-0000-000001', { maxSessions: 0 })
    await start('w-0000-000002', { newActorsPerMinute: 2 })
    const ann = asker.actorsOf({ name: 'session/abc', principal: 'ann' })
    const alsoAnn = asker.actorsOf({ name: 'session/def', principal: 'ann' })
    for (const id of ['1', '2']) await ref(ann, id).ask({ do: 'add' })
    await expect(ref(alsoAnn, '3').ask({ do: 'add' })).rejects.toThrow(code('QuotaExceeded'))
    await expect(alsoAnn.spawn('counter', '3')).rejects.toThrow(code('QuotaExceeded'))
    expect(await ref(alsoAnn, '2').ask({ do: 'add' })).toEqual({ count: 2 })
    expect(await ref(asker.actorsOf({ name: 'session/ghi' }), '3').ask({ do: 'add' })).toEqual({ count: 1 })
  })

  it('whose create or start throws tells its asker so, and the next message tries again', async () => {
    const { actors } = await twoWorkers()
    const fragile = actors.getOrActivate<string, string>('fragile', 'create')
    await expect(fragile.ask('hello')).rejects.toMatchObject({ name: 'RangeError', message: 'create 1' })
    await expect(fragile.ask('hello')).rejects.toMatchObject({ name: 'RangeError', message: 'create 2' })
    await expect(actors.spawn('fragile', 'start')).rejects.toThrow('start 3')
    expect(await fragile.ask('hello')).toBe('hello')
  })

  it('that stops itself is told to each watcher once', async () => {
    const { actors } = await twoWorkers()
    await ref(actors).ask({ do: 'add' })
    for (const id of ['a', 'b']) await ref(actors, id).ask({ do: 'watch', name: 'counter/1' })
    await ref(actors).ask({ do: 'stop' })
    await expect.poll(() => told.length).toBe(2)
    expect(told).toEqual(
      ['a', 'b'].map((id) => ({ watcher: `counter/${id}`, name: 'counter/1', reason: { kind: 'stopped' } }))
    )
  })

  it('does not come back to a worker where a turn that was given up still runs, until that has ended', async () => {
    const asker = await start('w-0000-000001', { maxSessions: 0 })
    const host = await start('w-0000-000002', { graceMs: 20 })
    const actors = asker.actorsOf({ name: 'session/abc' })
    await ref(actors).ask({ do: 'add' })
    const givenUp = expect(ref(actors).ask({ do: 'wait' })).rejects.toThrow(code('ActorMoved'))
    await expect.poll(() => finish.length).toBe(1)
    await host.handOver()
    await host.takeAgain()
    const asked = ref(actors).ask({ do: 'read' })
    expect(await Promise.race([asked, ref(actors, '2').ask({ do: 'add' })])).toEqual({ count: 1 })
    for (const resolve of finish) resolve()
    await givenUp
    expect(await asked).toEqual({ count: 1, adds: 0 })
  })

  it('that stops while the store is away ends all the same, as soon as the store is back', async () => {
    const asker = await start('w-0000-000001', { maxSessions: 0 })
    const mesh = broker.connect({ process: 'w-0000-000002', subjects })
    await start('w-0000-000002', {}, mesh)
    const actors = asker.actorsOf({ name: 'session/abc' })
    await ref(actors).ask({ do: 'add' })
    await ref(asker.actorsOf({ name: 'x/1' }), 'watcher').ask({ do: 'watch', name: 'counter/1' })
    const put = vi.spyOn(mesh.records.directory, 'put').mockResolvedValueOnce({ outcome: 'unknown' })
    await ref(actors).ask({ do: 'stop' })
    await expect.poll(() => told.map(({ reason }) => reason.kind)).toEqual(['stopped'])
    expect(put.mock.calls.length).toBeGreaterThan(1)
    expect(await ref(actors).ask({ do: 'read' })).toEqual({ count: 0, adds: 0 })
  })

  it('is not begun by a worker that has handed everything over, whoever asks it to', async () => {
    const { host, actors } = await twoWorkers()
    await host.handOver()
    const address = { tenant: 'default', kind: 'counter', id: '1' }
    const { wire } = broker.connect({ process: 'g-0000-000001', subjects })
    const headers = { [header.verb]: 'activate' }
    const answer = await wire.ask(subjects.ask(host.id, address), { body: new Uint8Array(), headers })
    expect(statusOf(answer.headers)).toBe('draining')
    await expect(actors.actorOf('counter/1')).rejects.toThrow(code('ActorNotFound'))
  })

  it('answers with an error what is not JSON, whoever published it, and goes on', async () => {
    const { host, actors } = await twoWorkers()
    await ref(actors).ask({ do: 'add' })
    const { wire } = broker.connect({ process: 'g-0000-000001', subjects })
    const subject = subjects.ask(host.id, { tenant: 'default', kind: 'counter', id: '1' })
    const answer = await wire.ask(subject, { body: Buffer.from('{') })
    expect(answer.headers?.[header.error]).toBe('ActorFailed')
    expect(await ref(actors).ask({ do: 'add' })).toEqual({ count: 2 })
  })

  it('that an operator ends is gone with its state, and its watchers are told', async () => {
    const { host, actors } = await twoWorkers()
    await ref(actors).ask({ do: 'add' })
    await ref(actors, 'watcher').ask({ do: 'watch', name: 'counter/1' })
    const { wire } = broker.connect({ process: 'g-0000-000001', subjects })
    const subject = subjects.ask(host.id, { tenant: 'default', kind: 'counter', id: '1' })
    const answer = await wire.ask(subject, { body: new Uint8Array(), headers: { [header.verb]: 'end' } })
    expect(statusOf(answer.headers)).toBe('ok')
    await expect.poll(() => told.map(({ reason }) => reason.kind)).toEqual(['stopped'])
    await expect(actors.actorOf('counter/1')).rejects.toThrow(code('ActorNotFound'))
    expect(await ref(actors).ask({ do: 'read' })).toEqual({ count: 0, adds: 0 })
  })

  it('that does not exist is told to its watcher at once', async () => {
    const { actors } = await twoWorkers()
    await ref(actors, 'a').ask({ do: 'watch', name: 'counter/1' })
    await expect.poll(() => told).toEqual([{ watcher: 'counter/a', name: 'counter/1', reason: { kind: 'notFound' } }])
  })

  it('leaves memory when it is idle, and has its state when it is asked again', async () => {
    await start('w-0000-000001', { maxSessions: 0 })
    const host = await start('w-0000-000002', { passivateMs: 100 })
    const actors = (workers[0] as SessionWorker).actorsOf({ name: 'x/1' })
    await ref(actors).ask({ do: 'add' })
    await expect.poll(() => host.load).toBe(0)
    expect(await ref(actors).ask({ do: 'read' })).toEqual({ count: 1, adds: 0 })
  })
})
