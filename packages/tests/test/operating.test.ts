/** What an operator does to a running cluster by the command line, and what its clients notice of it: nothing. */
import { startNatsServer, type TestNatsServer, until } from '@scaled-mcp/testkit'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { CountingClient, whileCounting } from './counting-client.ts'
import { endOfCommand, type RunningCommand, runCommand } from './local-cluster.ts'

let nats: TestNatsServer
let cluster: RunningCommand
const clients: CountingClient[] = []

beforeAll(async () => {
  nats = await startNatsServer()
  const size = ['--gateways', '2', '--workers', '3', '--port', '0']
  cluster = await runCommand(['up', 'examples/counter', ...size, '--nats', nats.url], 2)
  for (let i = 0; i < 6; i++) clients.push(await CountingClient.open(cluster.urls[i % 2] as string))
}, 60_000)
afterAll(async () => {
  await Promise.all(clients.map((client) => client.close()))
  await cluster?.stop()
  await nats.stop()
}, 60_000)

const command = (...args: readonly string[]) => endOfCommand([...args, '--nats', nats.url])

interface Listed {
  readonly id: string
  readonly state: string
  readonly actors: number
  readonly worker: string
}

async function listed(what: 'workers' | 'sessions'): Promise<readonly Listed[]> {
  const { stdout, code } = await command(what, '--json')
  expect(code).toBe(0)
  return stdout.split('\n').flatMap((line) => (line ? [JSON.parse(line) as Listed] : []))
}

describe('scaled-mcp', { timeout: 60_000 }, () => {
  it('workers lists those that are there, for people and for programs', async () => {
    const workers = await listed('workers')
    expect(workers.map(({ state }) => state)).toEqual(['up', 'up', 'up'])
    const { stdout } = await command('workers')
    expect(stdout.split('\n')[0]).toMatch(/^ID +STATE +ACTORS +HOST +PID +BUILD +HEARTBEAT$/)
    for (const { id } of workers) expect(stdout).toContain(id)
  })

  it('drain hands over every session of a worker under load, and undrain has it take new ones: no call fails', async () => {
    const owner = (await listed('sessions'))[0]?.worker as string
    expect(await whileCounting(clients, () => command('drain', owner))).toMatchObject({ code: 0, stderr: '' })
    expect((await listed('sessions')).filter(({ worker }) => worker === owner)).toEqual([])
    await until(async () => (await listed('workers')).find(({ id }) => id === owner)?.state === 'draining')
    await Promise.all(clients.map((client) => client.increment()))
    expect((await listed('sessions')).filter(({ worker }) => worker === owner)).toEqual([])
    expect(await command('undrain', owner)).toMatchObject({ code: 0, stderr: '' })
    await until(async () => {
      clients.push(await CountingClient.open(cluster.urls[0]))
      return (await listed('sessions')).some(({ worker }) => worker === owner)
    })
  })

  it('every worker drained in turn under load leaves every session and count as they were', async () => {
    const workers = await listed('workers')
    await whileCounting(clients, async () => {
      for (const { id } of workers) {
        expect(await command('drain', id)).toMatchObject({ code: 0, stderr: '' })
        expect(await command('undrain', id)).toMatchObject({ code: 0, stderr: '' })
      }
    })
  })

  it('sessions show tells what is stored of one, and nothing that its client or its server’s author would keep secret', async () => {
    const [session] = await listed('sessions')
    const { stdout, code } = await command('sessions', 'show', session?.id as string)
    expect(code).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({
      id: session?.id,
      client: { name: 'testkit-v1' },
      stateBytes: expect.any(Number)
    })
    expect(stdout).not.toMatch(/"(value|claim|snapshot)"/)
  })

  it('sessions end ends one, and its client is told that there is no such session', async () => {
    const before = await listed('sessions')
    const ended = before[0]?.id as string
    expect(await command('sessions', 'end', ended)).toMatchObject({ code: 0, stderr: '' })
    expect((await listed('sessions')).map(({ id }) => id).sort()).toEqual(
      before.flatMap(({ id }) => (id === ended ? [] : [id])).sort()
    )
    const calls = await Promise.allSettled(clients.map((client) => client.increment()))
    const failed = calls.filter((call) => call.status === 'rejected').map(({ reason }) => String(reason))
    expect(failed).toEqual([expect.stringContaining('no such session')])
  })

  it.each([
    [['drain', 'w-0000-000000'], 'no worker w-0000-000000 is there'],
    [['sessions', 'show', 'nobody'], 'no such session: nobody'],
    [['sessions', 'end', 'nobody'], 'no such session: nobody'],
    [['actors', 'show', 'nobody/1'], 'no actor of this name lives: nobody/1'],
    [['actors', 'end', 'nobody'], 'no actor of this name lives: nobody']
  ])('%j fails with what is wrong, and nothing else', async (args, message) => {
    const { code, stderr } = await command(...args)
    expect([code, stderr.trim()]).toEqual([1, expect.stringContaining(message)])
  })

  it('workers of a NATS without a cluster says so', async () => {
    const empty = await startNatsServer()
    const { code, stderr } = await endOfCommand(['workers', '--nats', empty.url])
    expect(code).not.toBe(0)
    expect(stderr).toMatch(/^scaled-mcp: .+/)
    await empty.stop()
  })
})
