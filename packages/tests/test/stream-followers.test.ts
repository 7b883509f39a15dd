/**
 * Clients that follow long calls while their gateways are killed, one after the other. `FOLLOWERS=200
 * FOLLOWERS_SECONDS=60` makes it long, and shows how long they had to wait.
 */
import { fileURLToPath } from 'node:url'
import { ProcessCluster, RawSession, type SeenEvent, startNatsServer, type TestNatsServer } from '@scaled-mcp/testkit'
import { afterAll, beforeAll, expect, it } from 'vitest'

const server = fileURLToPath(new URL('servers/streams.ts', import.meta.url))
const clients = Number(process.env['FOLLOWERS'] ?? 40)
const seconds = Number(process.env['FOLLOWERS_SECONDS'] ?? 6)
const everyMs = 250
const count = (seconds * 1_000) / everyMs
let nats: TestNatsServer
let cluster: ProcessCluster

beforeAll(async () => {
  nats = await startNatsServer()
  cluster = await ProcessCluster.start({ nats: nats.url, server, gateways: 2, workers: 2 })
})
afterAll(async () => {
  await cluster.stop()
  await nats.stop()
})

/** A client whose call is under way, and what it sees of it. */
class Follower {
  readonly session: RawSession
  /** Resolves when it reads, and so has something to come back with. */
  readonly begun: Promise<void>
  readonly seen: Promise<readonly SeenEvent[]>
  /** When each event came. */
  readonly times: number[] = []

  private constructor(session: RawSession, response: Response) {
    this.session = session
    let begin = () => {}
    this.begun = new Promise((resolve) => {
      begin = resolve
    })
    this.seen = session.follow(response, ({ message }) => {
      this.times.push(performance.now())
      begin()
      return message !== undefined && message.method === undefined
    })
  }

  static async start(): Promise<Follower> {
    const session = await RawSession.open(cluster.urls)
    return new Follower(session, await session.call('count', { count, everyMs }))
  }

  /** The longest time without an event, in milliseconds. */
  get longestPauseMs(): number {
    return Math.max(...this.times.map((time, i) => time - (this.times[i - 1] ?? time)))
  }
}

/** Kills one gateway after the other, and each again once it is back, until `isOver`; gives how often. */
async function killInTurn(isOver: () => boolean): Promise<number> {
  let kills = 0
  for (; !isOver(); kills++) {
    const gateway = cluster.gateways[kills % cluster.gateways.length]
    await gateway?.kill()
    await gateway?.restart()
  }
  return kills
}

function show(followers: readonly Follower[], kills: number): void {
  const returns = followers.reduce((sum, { session }) => sum + session.returns, 0)
  const pauses = followers.map(({ longestPauseMs }) => longestPauseMs).sort((a, b) => a - b)
  const [median, longest] = [pauses[Math.floor(pauses.length / 2)], pauses.at(-1)].map((ms) => ms?.toFixed(0))
  process.stdout.write(
    `${followers.length} followers, ${count} events each, ${kills} kills, ${returns} returns; ` +
      `longest pause of a client: ${median} ms median, ${longest} ms at most\n`
  )
}

it(
  'clients whose gateways are killed in turn come back, and see every event of their calls once and in order',
  async () => {
    const followers = await Promise.all(Array.from({ length: clients }, () => Follower.start()))
    await Promise.all(followers.map(({ begun }) => begun))
    let isOver = false
    const killing = killInTurn(() => isOver)
    const seen = await Promise.all(followers.map((follower) => follower.seen))
    isOver = true
    const kills = await killing
    if (process.env['FOLLOWERS'] !== undefined) show(followers, kills)
    const progress = seen.map((events) => events.slice(1, -1).map(({ message }) => message?.params?.['progress']))
    const all = Array.from({ length: count }, (_, i) => i + 1)
    expect(progress).toEqual(followers.map(() => all))
    const texts = seen.map((events) => events.at(-1)?.message?.result?.['content'])
    expect(texts).toEqual(followers.map(() => [{ type: 'text', text: `counted to ${count}` }]))
    expect(new Set(seen.flatMap((events) => events.map(({ id }) => id))).size).toBe(clients * (count + 2))
    expect(followers.filter(({ session }) => session.returns === 0)).toEqual([])
  },
  seconds * 1_000 + 60_000
)
