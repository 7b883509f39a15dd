/** The example of actors that sessions share: what its members hear, whoever's worker dies. */
import { join } from 'node:path'
import { LoggingMessageNotificationSchema, ResourceUpdatedNotificationSchema } from '@modelcontextprotocol/sdk/types.js'
import {
  type ConnectedV1,
  connectV1,
  ProcessCluster,
  root,
  startNatsServer,
  type TestNatsServer,
  until,
  type WorkerProcesses
} from '@scaled-mcp/testkit'
import type { KvEntry, Msg, NatsConnection } from 'nats'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { endOfCommand, natsClient, runCommand } from './local-cluster.ts'

const server = join(root, 'examples/chat-room/server.ts')
let nats: TestNatsServer
let connection: NatsConnection
let cluster: ProcessCluster
let rooms = 0
const guests: Guest[] = []

beforeAll(async () => {
  nats = await startNatsServer()
  connection = await natsClient(nats.url)
  cluster = await ProcessCluster.start({ nats: nats.url, server, gateways: 2, workers: 3 })
})
beforeEach(() => cluster.keepWorkers())
afterEach(async () => {
  await Promise.all(guests.splice(0).map((guest) => guest.close()))
})
afterAll(async () => {
  await cluster.stop()
  await connection.close()
  await nats.stop()
})

type Tool = 'join' | 'leave' | 'say' | 'history'

/** A client that keeps what it is told. */
class Guest {
  readonly #connected: ConnectedV1
  /** The rooms that it was told have changed. */
  readonly updated: string[] = []
  /** The rooms whose news came as a log message. */
  readonly logged: string[] = []

  private constructor(connected: ConnectedV1) {
    const { client } = connected
    this.#connected = connected
    client.setNotificationHandler(ResourceUpdatedNotificationSchema, ({ params }) => void this.updated.push(params.uri))
    client.setNotificationHandler(
      LoggingMessageNotificationSchema,
      ({ params }) => void this.logged.push(params.logger as string)
    )
  }

  static async connect(urls: readonly [string, ...string[]] = cluster.urls): Promise<Guest> {
    const guest = new Guest(await connectV1(urls))
    guests.push(guest)
    return guest
  }

  get sessionId(): string {
    return this.#connected.sessionId as string
  }

  async call(tool: Tool, args: Readonly<Record<string, unknown>>): Promise<string | undefined> {
    const result = await this.#connected.client.callTool({ name: tool, arguments: args })
    return (result as { readonly content: readonly { readonly text: string }[] }).content[0]?.text
  }

  async subscribe(room: string): Promise<void> {
    await this.#connected.client.subscribeResource({ uri: uriOf(room) })
  }

  async unsubscribe(room: string): Promise<void> {
    await this.#connected.client.unsubscribeResource({ uri: uriOf(room) })
  }

  /** What the resource says. */
  async read(room: string): Promise<{ readonly messages: readonly { text: string }[]; readonly members: number }> {
    const { contents } = await this.#connected.client.readResource({ uri: uriOf(room) })
    return JSON.parse((contents[0] as { readonly text: string }).text)
  }

  /** Resolves when it has been told once more than `before` that the room has changed. */
  async hears(room: string, before: number): Promise<void> {
    await until(() => this.timesTold(room) > before, { timeoutMs: 20_000, describe: `news of ${room}` })
  }

  timesTold(room: string): number {
    return this.updated.filter((uri) => uri === uriOf(room)).length
  }

  async end(): Promise<void> {
    await this.#connected.transport.terminateSession()
  }

  close(): Promise<void> {
    return this.#connected.close()
  }
}

const uriOf = (room: string) => `chat://rooms/${room}`

/** The members of a room, as the store has them. */
async function storedMembersOf(room: string): Promise<readonly string[]> {
  const states = await connection.jetstream().views.kv('MCP_STATE')
  const record = (await states.get(`default.room.${room}`)) as KvEntry
  return record.json<{ state: { value: { members: string[] } } }>().state.value.members
}

/** The id of the worker that a room lives on. */
async function workerOf(room: string): Promise<string> {
  const entries = await connection.jetstream().views.kv('MCP_DIR')
  const entry = await entries.get(`default.room.${room}`)
  return entry?.json<{ readonly owner: string }>().owner as string
}

async function processOf(worker: string): Promise<WorkerProcesses> {
  const { pid } = await cluster.memberOf(worker)
  return cluster.workers.find((living) => living.pid === pid) as WorkerProcesses
}

/** A client whose session lives on a worker that `fits`. */
async function guestOn(fits: (worker: string) => boolean): Promise<Guest> {
  return until(
    async () => {
      const guest = await Guest.connect()
      return fits((await cluster.entryOf(guest.sessionId)).owner) && guest
    },
    { timeoutMs: 20_000 }
  )
}

/** A room that lives on a worker that `fits`, and these guests in it. */
async function roomOn(fits: (worker: string) => boolean, members: readonly Guest[]): Promise<string> {
  const room = await until(
    async () => {
      const name = `room-${++rooms}`
      await members[0]?.subscribe(name)
      if (fits(await workerOf(name))) return name
      await members[0]?.unsubscribe(name)
      return undefined
    },
    { timeoutMs: 20_000 }
  )
  for (const member of members) await member.subscribe(room)
  return room
}

describe('two clients whose sessions live on different workers', () => {
  let ann: Guest
  let bob: Guest
  let annsWorker: string
  let bobsWorker: string

  beforeEach(async () => {
    ann = await Guest.connect()
    annsWorker = (await cluster.entryOf(ann.sessionId)).owner
    bob = await guestOn((worker) => worker !== annsWorker)
    bobsWorker = (await cluster.entryOf(bob.sessionId)).owner
  })

  /** Says something and waits until both have heard of it. */
  async function bothHear(speaker: Guest, room: string, text: string): Promise<void> {
    const before = [ann.timesTold(room), bob.timesTold(room)] as const
    expect(await speaker.call('say', { room, text })).toBe('said')
    await Promise.all([ann.hears(room, before[0]), bob.hears(room, before[1])])
  }

  const saidIn = async (room: string) => (await bob.read(room)).messages.map(({ text }) => text)

  it('share a room: each is told when the other has said something', async () => {
    const room = await roomOn(() => true, [ann, bob])
    await bothHear(ann, room, 'hello')
    await bothHear(bob, room, 'hello yourself')
    expect(await ann.read(room)).toEqual({
      messages: [
        { by: 'testkit-v1', text: 'hello' },
        { by: 'testkit-v1', text: 'hello yourself' }
      ],
      members: 2
    })
  })

  it('are seen by any NATS client: who asks the room, whom it tells, and what it has stored', async () => {
    const room = await roomOn(() => true, [ann, bob])
    const seen: string[] = []
    const see = (_: unknown, { subject, headers }: Msg) =>
      void seen.push(`${headers?.get('Mcp-Sender')} ${subject.split('.').slice(3).join('.')}`)
    const subjects = [`mcp.worker.*.ask.default.room.${room}`, 'mcp.worker.*.tell.default.session.*']
    const subscriptions = subjects.map((subject) => connection.subscribe(subject, { callback: see }))
    await connection.flush()
    await bothHear(ann, room, 'hello')
    const members = await storedMembersOf(room)
    const [annsName, bobsName] = members
    const told = members.map((name) => `room/${room} tell.default.${name.replace('/', '.')}`)
    await until(() => told.every((line) => seen.includes(line)))
    expect(seen).toContain(`${annsName} ask.default.room.${room}`)
    expect(seen).not.toContain(`${bobsName} ask.default.room.${room}`)
    for (const subscription of subscriptions) subscription.unsubscribe()
  })

  it('go on when the room’s worker is killed: what was said is kept, and both are told what comes', async () => {
    const isThird = (worker: string) => worker !== annsWorker && worker !== bobsWorker
    const room = await roomOn(isThird, [ann, bob])
    await bothHear(ann, room, 'before')
    const victim = await workerOf(room)
    await (await processOf(victim)).kill()
    await bothHear(bob, room, 'after')
    expect([await saidIn(room), (await ann.read(room)).members]).toEqual([['before', 'after'], 2])
    expect(await workerOf(room)).not.toBe(victim)
  })

  it('go on when the worker of one is killed: it is told that it may have missed something, and what comes', async () => {
    const room = await roomOn((worker) => worker !== annsWorker, [ann, bob])
    await bothHear(bob, room, 'before')
    const before = ann.timesTold(room)
    await (await processOf(annsWorker)).kill()
    await ann.hears(room, before)
    await bothHear(bob, room, 'after')
    expect([await saidIn(room), (await ann.read(room)).members]).toEqual([['before', 'after'], 2])
    expect((await cluster.entryOf(ann.sessionId)).owner).not.toBe(annsWorker)
  })

  it('go on when the worker of one and of the room is killed', async () => {
    const room = await roomOn((worker) => worker === annsWorker, [ann, bob])
    await bothHear(bob, room, 'before')
    await (await processOf(annsWorker)).kill()
    await bothHear(bob, room, 'after')
    await bothHear(ann, room, 'still here')
    expect([await saidIn(room), (await ann.read(room)).members]).toEqual([['before', 'after', 'still here'], 2])
  })

  it('part: one that ends its session is no member any more, also when its room was killed meanwhile', async () => {
    const isThird = (worker: string) => worker !== annsWorker && worker !== bobsWorker
    const [alive, killed] = [await roomOn(() => true, [ann, bob]), await roomOn(isThird, [ann, bob])]
    await (await processOf(await workerOf(killed))).kill()
    await ann.end()
    for (const room of [alive, killed]) await until(async () => (await bob.read(room)).members === 1)
    await bob.call('say', { room: alive, text: 'alone' })
    await bob.hears(alive, 0)
  })
})

describe('a client without subscriptions', () => {
  it('joins by a tool, speaks only then, and hears by log messages', async () => {
    const [ann, bob] = [await Guest.connect(), await Guest.connect()]
    const room = await roomOn(() => true, [ann])
    expect(await bob.call('say', { room, text: 'let me in' })).toBe(`join ${room} to speak there`)
    expect(await bob.call('join', { room })).toBe('members: 2')
    expect(await bob.call('join', { room })).toBe('members: 2')
    await bob.call('say', { room, text: 'hello' })
    await until(() => bob.logged.includes(room))
    await ann.hears(room, 0)
    expect([await ann.call('history', { room }), bob.updated]).toEqual(['testkit-v1: hello', []])
    expect(await bob.call('leave', { room })).toBe('left')
    expect((await ann.read(room)).members).toBe(1)
  })

  it('leaves no room behind by asking for one that nobody has joined', async () => {
    const guest = await Guest.connect()
    expect(await guest.call('history', { room: 'nowhere' })).toContain('room/nowhere')
    expect(await workerOf('nowhere')).toBeUndefined()
  })
})

it('a subscriber leaves by ending the subscription: it would join again wherever it is rebuilt', async () => {
  const guest = await Guest.connect()
  const room = await roomOn(() => true, [guest])
  expect(await guest.call('leave', { room })).toContain(`unsubscribe from ${uriOf(room)}`)
  await guest.unsubscribe(room)
  expect((await guest.read(room)).members).toBe(0)
})

it('an operator lists rooms, sees how much each keeps and never what, and ends one with what was said in it', async () => {
  const guest = await Guest.connect()
  const room = await roomOn(() => true, [guest])
  await guest.call('say', { room, text: 'a secret' })
  const command = (...args: readonly string[]) => endOfCommand(['actors', ...args, '--nats', nats.url])
  const listed = await command('list', '--json')
  expect(listed.stdout.split('\n').map((line) => line && JSON.parse(line).name)).toContain(`room/${room}`)
  const shown = await command('show', `room/${room}`)
  expect(JSON.parse(shown.stdout)).toMatchObject({
    name: `room/${room}`,
    stateVersion: 1,
    stateBytes: expect.any(Number)
  })
  expect(shown.stdout).not.toContain('a secret')
  expect(await command('end', `room/${room}`)).toMatchObject({ code: 0, stderr: '' })
  expect((await command('list', '--json')).stdout).not.toContain(`"room/${room}"`)
  await guest.call('join', { room })
  expect(await guest.call('history', { room })).toBe('')
})

it('the example runs in one process as well', async () => {
  const dev = await runCommand(['dev', 'examples/chat-room/server.ts', '--port', '0'], 1)
  const guest = await Guest.connect(dev.urls)
  await guest.subscribe('lobby')
  await guest.call('say', { room: 'lobby', text: 'hello' })
  await guest.hears('lobby', 0)
  await dev.stop()
})
