import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js'
import { Actor, type ActorContext, type ActorRef, type Terminated } from '@scaled-mcp/actor'
import { type ActorKind, defineActor, defineServer, type ServerContext, type SessionState } from '@scaled-mcp/server'
import { afterEach, describe, expect, it } from 'vitest'
import { Probe, TestCluster, type TestClusterOptions } from '../../src/testing/index.ts'

const code = (code: string) => expect.objectContaining({ code })

type Order =
  | { readonly do: 'add' | 'read' | 'hold' | 'give up' | 'stop' }
  | { readonly do: 'add later'; readonly ms: number }

/** Counts in its state; `hold` waits for {@link release}. */
class Counter extends Actor<Order, number | undefined> {
  readonly #state: SessionState<number>

  constructor(state: SessionState<number>) {
    super()
    this.#state = state
  }

  override async receive(order: Order, context: ActorContext<Order>): Promise<number | undefined> {
    if (order.do === 'add') return this.#state.update((count) => count + 1)
    if (order.do === 'read') return this.#state.get()
    if (order.do === 'add later') context.after(order.ms, { do: 'add' })
    if (order.do === 'hold') await new Promise<void>((resolve) => held.push(resolve))
    if (order.do === 'give up') await new Promise<void>(() => undefined)
    if (order.do === 'stop') context.stop()
    return undefined
  }
}

/** Tells its members of the end of what it watches. */
class Room extends Actor<{ readonly watch: string }> {
  override receive({ watch }: { readonly watch: string }, context: ActorContext): void {
    context.watch(watch)
  }

  override terminated({ name, reason }: Terminated, context: ActorContext): void {
    context.tell(context.getOrActivate<string>('member', 'ann'), `${name} ${reason.kind}`)
  }
}

const counter = defineActor({
  state: { version: 1, initial: () => 0 },
  create: ({ state }) => new Counter(state)
})

let held: (() => void)[] = []
let cluster: TestCluster | undefined

afterEach(async () => {
  for (const resolve of held) resolve()
  held = []
  await cluster?.stop()
  cluster = undefined
})

async function start(options: TestClusterOptions = {}, actors: Record<string, ActorKind> = {}): Promise<TestCluster> {
  const server = defineServer({
    create: serverOf,
    actors: { counter, room: Room, ...actors }
  })
  cluster = await TestCluster.start(server, options)
  return cluster
}

function serverOf(context: ServerContext): McpServer {
  const server = new McpServer({ name: 's', version: '1' })
  server.registerTool('add', {}, async () => {
    const count = await context.actors.getOrActivate<Order, number>('counter', '1').ask({ do: 'add' })
    return { content: [{ type: 'text', text: `${count} in ${context.session?.id}` }] }
  })
  return server
}

const counterIn = (cluster: TestCluster, id = '1'): ActorRef<Order, number | undefined> =>
  cluster.actors().getOrActivate('counter', id)

async function ownerIn(cluster: TestCluster, name = 'counter/1'): Promise<string> {
  const owner = await cluster.ownerOf(name)
  if (owner === undefined) throw new Error(`nobody owns ${name}`)
  return owner
}

describe('a test cluster', () => {
  it('hosts the actors of the definition, and says where', async () => {
    const cluster = await start({ workers: 3 })
    expect(cluster.workers).toEqual(['worker-1', 'worker-2', 'worker-3'])
    expect(await cluster.ownerOf('counter/1')).toBeUndefined()
    expect(await counterIn(cluster).ask({ do: 'add' })).toBe(1)
    expect(cluster.workers).toContain(await cluster.ownerOf('counter/1'))
    await counterIn(cluster).ask({ do: 'stop' })
    await expect.poll(() => cluster.ownerOf('counter/1')).toBeUndefined()
  })

  it('is reached by an MCP client through a gateway, and says who owns its session', async () => {
    const cluster = await start()
    const client = new Client({ name: 'c', version: '1' })
    await client.connect(new StreamableHTTPClientTransport(new URL(await cluster.url())))
    const [{ text }] = (await client.callTool({ name: 'add' })).content as [{ readonly text: string }]
    expect(text).toMatch(/^1 in /)
    const session = `session/${text.slice('1 in '.length)}`
    await cluster.kill(await ownerIn(cluster, session))
    const [again] = (await client.callTool({ name: 'add' })).content as [{ readonly text: string }]
    expect(again.text).toMatch(/^2 in /)
    expect(cluster.workers).toContain(await cluster.ownerOf(session))
    await client.close()
  })

  it('refuses a definition and settings that production would refuse', async () => {
    await expect(start({}, { 'no kind': counter })).rejects.toThrow(code('ServerModuleInvalid'))
    await expect(start({ session: { passivateMs: -1 } })).rejects.toThrow(/session\.passivateMs/)
  })

  it('names the workers that live when one is meant that does not', async () => {
    const cluster = await start()
    await expect(cluster.kill('worker-3')).rejects.toThrow(
      'no worker worker-3 lives; those that do: worker-1, worker-2'
    )
  })

  it.each([false, true])('ends everything although turns go on (virtual time: %s)', async (virtualTime) => {
    const cluster = await start({ virtualTime })
    for (const id of ['1', '2']) {
      const asked = counterIn(cluster, id).ask({ do: 'give up' })
      void asked.catch(() => undefined)
      await expect.poll(() => cluster.ownerOf(`counter/${id}`)).toBeDefined()
      await cluster.settled()
      if (id === '1') await cluster.kill(await ownerIn(cluster))
    }
    await cluster.stop()
    await cluster.stop()
  })
})

describe('a worker that is killed', () => {
  it('loses what its actors had in memory only: another goes on with what was stored', async () => {
    const cluster = await start()
    await counterIn(cluster).ask({ do: 'add' })
    const owner = await ownerIn(cluster)
    await cluster.kill(owner)
    expect(await cluster.ownerOf('counter/1')).toBeUndefined()
    expect(await counterIn(cluster).ask({ do: 'add' })).toBe(2)
    expect(await cluster.ownerOf('counter/1')).not.toBe(owner)
  })

  it('is told to a watcher as lost, once', async () => {
    const member = new Probe<string>()
    const cluster = await start({ workers: 1 }, { member: member.kind })
    await counterIn(cluster).ask({ do: 'add' })
    await cluster.addWorker()
    await cluster.actors().getOrActivate<string>('member', 'bob').ask('watch it')
    member.as('bob').watch('counter/1')
    await cluster.settled()
    await cluster.kill('worker-1')
    expect(await member.terminated('counter/1')).toEqual({
      id: 'bob',
      name: 'counter/1',
      reason: { kind: 'lost', worker: 'worker-1' }
    })
    await counterIn(cluster).ask({ do: 'add' })
    await cluster.settled()
    expect(member.heard).toHaveLength(1)
  })

  it('stores nothing more, even what its actor was about to', async () => {
    const cluster = await start()
    const asked = counterIn(cluster).ask({ do: 'hold' })
    await expect.poll(() => held.length).toBe(1)
    const owner = await ownerIn(cluster)
    const late = counterIn(cluster).ask({ do: 'add' })
    const refused = [asked, late].map((ask) => expect(ask).rejects.toThrow(code('ActorMoved')))
    await cluster.settled()
    await cluster.kill(owner)
    for (const release of held) release()
    await Promise.all(refused)
    expect(await counterIn(cluster).ask({ do: 'read' })).toBe(0)
  })

  it('silently, is waited for until its heartbeat has been missing for long enough', async () => {
    const cluster = await start({ virtualTime: true })
    await counterIn(cluster).ask({ do: 'add' })
    const owner = await ownerIn(cluster)
    await cluster.advance(1_000)
    await cluster.kill(owner, { silently: true })
    const asked = counterIn(cluster)
      .ask({ do: 'add' })
      .catch((error) => error.code)
    await cluster.advance(2_000)
    expect(await cluster.ownerOf('counter/1')).toBe(owner)
    await cluster.advance(2_000)
    expect(await asked).toBe('ActorMoved')
    expect(await counterIn(cluster).ask({ do: 'add' })).toBe(2)
  })

  it('with probes is seen by those who watch them, and a message begins them anew', async () => {
    const member = new Probe<string>()
    const cluster = await start({}, { member: member.kind })
    const ann = cluster.actors().getOrActivate<string>('member', 'ann')
    await ann.ask('hello')
    await cluster.actors().getOrActivate('room', '1').ask({ watch: 'member/ann' })
    await cluster.settled()
    await cluster.kill(await ownerIn(cluster, 'member/ann'))
    await expect.poll(() => member.received.map(({ message }) => message)).toEqual(['hello', 'member/ann lost'])
  })
})

describe('a worker that is drained', () => {
  it('lets what runs finish and hands its actors over; nobody is told of an end', async () => {
    const member = new Probe<string>()
    const cluster = await start({}, { member: member.kind })
    await counterIn(cluster).ask({ do: 'add' })
    await cluster.actors().getOrActivate<string>('member', 'bob').ask('watch it')
    member.as('bob').watch('counter/1')
    const running = counterIn(cluster).ask({ do: 'hold' })
    await expect.poll(() => held.length).toBe(1)
    const owner = await ownerIn(cluster)
    const drained = cluster.drain(owner)
    for (const release of held) release()
    await running
    await drained
    expect(cluster.workers).not.toContain(owner)
    expect(await counterIn(cluster).ask({ do: 'add' })).toBe(2)
    expect(await cluster.ownerOf('counter/1')).not.toBe(owner)
    await cluster.settled()
    expect(member.heard).toEqual([])
  })
})

describe('a worker that is cut off', () => {
  it('keeps its actors when it is back before its lease ends', async () => {
    const cluster = await start({ virtualTime: true })
    await counterIn(cluster).ask({ do: 'add' })
    const owner = await ownerIn(cluster)
    cluster.partition(owner)
    const asked = counterIn(cluster).ask({ do: 'add' })
    await cluster.advance(500)
    cluster.heal(owner)
    await cluster.advance(2_000)
    expect(await asked).toBe(2)
    expect(await cluster.ownerOf('counter/1')).toBe(owner)
  })

  it('is declared dead when it is not, and stores nothing when it is back', async () => {
    const cluster = await start({ virtualTime: true })
    await counterIn(cluster).ask({ do: 'add' })
    const owner = await ownerIn(cluster)
    cluster.partition(owner)
    await cluster.advance(5_000)
    expect(await counterIn(cluster).ask({ do: 'add' })).toBe(2)
    cluster.heal(owner)
    await cluster.advance(1_000)
    expect(cluster.workers).not.toContain(owner)
    expect(await counterIn(cluster).ask({ do: 'add' })).toBe(3)
  })
})

describe('a store that does not answer', () => {
  it('fails an update with StoreUnavailable, and the actor lives on with what it had', async () => {
    const cluster = await start({ virtualTime: true, cluster: { leaseMs: 60_000 } })
    await counterIn(cluster).ask({ do: 'add' })
    cluster.stopStore()
    const asked = counterIn(cluster).ask({ do: 'add' })
    const failed = expect(asked).rejects.toThrow(code('StoreUnavailable'))
    await cluster.advance(10_000)
    await failed
    expect(await counterIn(cluster).ask({ do: 'read' })).toBe(1)
    cluster.startStore()
    expect(await counterIn(cluster).ask({ do: 'add' })).toBe(2)
  })

  it('only delays an update when it answers again soon', async () => {
    const cluster = await start({ virtualTime: true })
    cluster.stopStore()
    const asked = counterIn(cluster).ask({ do: 'add' })
    await cluster.advance(1_000)
    cluster.startStore()
    await cluster.advance(2_000)
    expect(await asked).toBe(1)
  })

  it('for longer than a lease, stops everything until it answers', async () => {
    const cluster = await start({ virtualTime: true })
    await counterIn(cluster).ask({ do: 'add' })
    cluster.stopStore()
    await cluster.advance(5_000)
    let answer: number | undefined
    void counterIn(cluster)
      .ask({ do: 'read' })
      .then((count) => {
        answer = count
      })
    await cluster.advance(5_000)
    expect(answer).toBeUndefined()
    cluster.startStore()
    await cluster.advance(5_000)
    expect(answer).toBe(1)
  })
})

describe('virtual time', () => {
  it('fires the timers of actors when the test lets it pass, and never before', async () => {
    const cluster = await start({ virtualTime: true })
    await counterIn(cluster).ask({ do: 'add later', ms: 60_000 })
    await cluster.advance(59_999)
    expect(await counterIn(cluster).ask({ do: 'read' })).toBe(0)
    await cluster.advance(1)
    expect(await counterIn(cluster).ask({ do: 'read' })).toBe(1)
  })

  it('ends an ask whose time is over', async () => {
    const cluster = await start({ virtualTime: true })
    const asked = counterIn(cluster).ask({ do: 'hold' }, { timeoutMs: 10_000 })
    const failed = expect(asked).rejects.toThrow(code('AskTimeout'))
    await cluster.advance(11_000)
    await failed
  })

  it('takes idle actors out of memory, and their state stays', async () => {
    const cluster = await start({ virtualTime: true, session: { passivateMs: 60_000 } })
    await counterIn(cluster).ask({ do: 'add' })
    expect(await cluster.ownerOf('counter/1')).toBeDefined()
    await cluster.advance(120_000)
    expect(await cluster.ownerOf('counter/1')).toBeUndefined()
    expect(await counterIn(cluster).ask({ do: 'read' })).toBe(1)
  })

  it('keeps no message waiting but where there is a delay', async () => {
    const cluster = await start({ virtualTime: true, workers: 1 })
    await counterIn(cluster).ask({ do: 'add' })
    cluster.delay('worker-1', 200)
    const began = cluster.clock.monotonic()
    let took = 0
    void counterIn(cluster)
      .ask({ do: 'read' })
      .then(() => {
        took = cluster.clock.monotonic() - began
      })
    await cluster.advance(1_000)
    expect(took).toBe(400)
  })

  it('carries an MCP client, whose own time is the machine’s', async () => {
    const cluster = await start({ virtualTime: true })
    const client = new Client({ name: 'c', version: '1' })
    await client.connect(new StreamableHTTPClientTransport(new URL(await cluster.url())))
    await cluster.advance(10_000)
    const { content } = await client.callTool({ name: 'add' })
    expect(content).toEqual([{ type: 'text', text: expect.stringMatching(/^1 in /) }])
    await client.close()
  })

  it('is not advanced where it is the machine’s', async () => {
    const cluster = await start()
    expect(() => cluster.advance(1)).toThrow('virtualTime')
  })
})
